// Unbounded first-in-first-out lists of events in fixed chunks of one pool: a list that shrinks gives its chunks to the next
// one that grows, so the queue's memory follows the largest number of events that ever waited, not the sum over its buckets.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

#include "farbell/engine/event.hpp"

namespace farbell::detail {

inline constexpr std::size_t chunk_bytes = 2048;

// Aligned to its size, so that a pointer to an event also tells its chunk, and where the chunk ends.
struct alignas(chunk_bytes) Chunk {
  static constexpr std::size_t capacity = chunk_bytes / sizeof(Event) - 1;
  Chunk* next;
  alignas(sizeof(Event)) Event events[capacity];
};
static_assert(sizeof(Chunk) == chunk_bytes);

inline bool at_chunk_end(Event const* e) { return reinterpret_cast<std::uintptr_t>(e) % chunk_bytes == 0; }
inline Chunk* chunk_of(Event* e) {
  return reinterpret_cast<Chunk*>(reinterpret_cast<std::uintptr_t>(e) & ~std::uintptr_t{chunk_bytes - 1});
}

class ChunkPool {
 public:
  Chunk* take() {
    if (free_) {
      Chunk* c = free_;
      free_ = c->next;
      return c;
    }
    if (fresh_ == fresh_end_) allocate();
    return fresh_++;
  }
  void give_back(Chunk* c) {
    c->next = free_;
    free_ = c;
  }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Free {
    void operator()(void* p) const { ::operator delete(p, std::align_val_t{chunk_bytes}); }
  };

  // Raw memory: pages of a slab that no chunk has used yet stay untouched.
  void allocate() {
    const std::size_t chunks = slabs_.size() < 8 ? std::size_t{16} << slabs_.size() : std::size_t{2048};
    slabs_.emplace_back(::operator new(chunks * chunk_bytes, std::align_val_t{chunk_bytes}));
    fresh_ = static_cast<Chunk*>(slabs_.back().get());
    fresh_end_ = fresh_ + chunks;
    bytes_ += chunks * chunk_bytes;
  }

  Chunk *free_ = nullptr, *fresh_ = nullptr, *fresh_end_ = nullptr;
  std::vector<std::unique_ptr<void, Free>> slabs_;
  std::size_t bytes_ = 0;
};

struct Fifo {
  Event* read = nullptr;   // the first event
  Event* write = nullptr;  // behind the last one; at a chunk's end (or null) when the next push needs a chunk

  void push(ChunkPool& pool, Event const& e) {
    if (at_chunk_end(write)) grow(pool);
    *write++ = e;
  }

  // Moves the read end past one event; true when the list is empty then (it keeps its last chunk).
  bool drop_front(ChunkPool& pool) {
    Event* done = read++;
    if (read == write) {
      read = write = chunk_of(done)->events;
      return true;
    }
    if (at_chunk_end(read)) {
      Chunk* c = chunk_of(done);
      read = c->next->events;
      pool.give_back(c);
    }
    return false;
  }

  // The event that many places behind the first one; null if there is none, or it is in another chunk.
  Event const* ahead(std::ptrdiff_t places) const {
    Event const* const chunk_end = reinterpret_cast<Event const*>((reinterpret_cast<std::uintptr_t>(read) | (chunk_bytes - 1)) + 1);
    Event const* const end = read <= write && write < chunk_end ? write : chunk_end;
    return places < end - read ? read + places : nullptr;
  }

  bool holds_one() const { return read + 1 == write; }
  // The event of a list that holds one; the list keeps its chunk.
  Event const& take_one() { return *(write = read); }

  // Empties the list, handing each event to `visit` in order. `visit` may push onto other lists of the pool.
  template <class Visit>
  void drain(ChunkPool& pool, Visit&& visit) {
    Event *from = read, *const end = write;
    read = write = nullptr;
    if (!from) return;
    Chunk *c = chunk_of(from), *const last = chunk_of(end - 1);
    while (c != last) {
      Chunk* const next = c->next;
      __builtin_prefetch(next->events);  // chunks are scattered: the hardware does not see the next one coming
      __builtin_prefetch(next->events + 2);
      for (; from != c->events + Chunk::capacity; ++from) visit(*from);
      pool.give_back(c);
      c = next;
      from = c->events;
    }
    for (; from != end; ++from) visit(*from);
    pool.give_back(c);
  }

 private:
  void grow(ChunkPool& pool) {
    Chunk* c = pool.take();
    if (write)
      chunk_of(write - 1)->next = c;
    else
      read = c->events;
    write = c->events;
  }
};

}  // namespace farbell::detail
