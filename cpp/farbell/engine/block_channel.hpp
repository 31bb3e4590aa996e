// A bounded queue from many producing threads to one consuming thread: a producer that is ahead by `capacity` blocks waits. Or no queue:
// a producer on the consuming thread hands each block over as it comes.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace farbell {

template <class Block>
class BlockChannel {
 public:
  BlockChannel(std::size_t capacity, unsigned producers) : capacity_(capacity), producers_(producers) {}
  explicit BlockChannel(std::function<void(Block&&)> consume) : consume_(std::move(consume)) {}

  // For producers. Waits while the channel is full; false (the block is dropped) once the channel is closed.
  bool push(Block block) {
    if (consume_) {
      consume_(std::move(block));
      return true;
    }
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return closed_ || blocks_.size() < capacity_; });
    if (closed_) return false;
    blocks_.push_back(std::move(block));
    lock.unlock();
    news_.notify_one();
    return true;
  }
  // A producer's last word.
  void producer_ended() {
    // Notified under the lock: the consumer may destroy the channel as soon as it has seen the last producer end.
    const std::lock_guard lock(mutex_);
    --producers_;
    news_.notify_one();
  }

  // For the consumer. The oldest block; nothing if none came before `deadline` or all producers have ended.
  std::optional<Block> take_until(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    news_.wait_until(lock, deadline, [&] { return !blocks_.empty() || producers_ == 0; });
    if (blocks_.empty()) return std::nullopt;
    std::optional<Block> block(std::move(blocks_.front()));
    blocks_.pop_front();
    lock.unlock();
    room_.notify_one();
    return block;
  }
  bool finished() const {
    const std::lock_guard lock(mutex_);
    return producers_ == 0 && blocks_.empty();
  }
  // The consumer gives up: waiting producers go on without it.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    room_.notify_all();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable room_, news_;
  std::deque<Block> blocks_;
  std::size_t capacity_ = 0;
  unsigned producers_ = 0;
  std::function<void(Block&&)> consume_;
  bool closed_ = false;
};

}  // namespace farbell
