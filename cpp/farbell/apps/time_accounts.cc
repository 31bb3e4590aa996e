#include "farbell/apps/time_accounts.hpp"

#include <algorithm>

namespace farbell {

void TimeAccounts::open(ChainId c) {
  if (!segments_.accounts) return;
  std::array<double, loss_causes> before{};
  until_[c.value] = queue_.now();
  swapping_.lost_time(c).take(tick_zero, queue_.now(), before);
}

void TimeAccounts::set_up(ChainId c) {
  if (!segments_.accounts) return;
  const auto elapsed = static_cast<double>(count(queue_.now() - until_[c.value]));
  SpentTicks spent{};
  spent[static_cast<std::size_t>(Spent::messages)] = std::min(elapsed, static_cast<double>(count(circuits_.set_up_messages(c))));
  spent[static_cast<std::size_t>(Spent::memories)] = elapsed - spent[static_cast<std::size_t>(Spent::messages)];
  recorder_.spent(circuits_.demand(c), queue_.now(), spent);
  open(c);
}

void TimeAccounts::pair(ChainId c, std::uint32_t s, const Segment& segment) {
  if (!segments_.accounts) return;
  const Tick now = queue_.now();
  const Path& path = segments_.path(s);
  const Tick began = segment.has_path ? path.began : segments_.half(segment.half[end_b] ? segment.half[end_b] : segment.half[end_a]).began;
  SpentTicks spent{};
  auto left = static_cast<double>(count(now - until_[c.value]));
  const auto spend = [&](Spent kind, Tick ticks) {
    const double part = std::min(left, static_cast<double>(count(ticks)));
    spent[static_cast<std::size_t>(kind)] += part;
    left -= part;
  };
  if (!segment.has_path) {
    spend(Spent::links, now - began);
  } else {
    spend(Spent::messages, path.messages + (now - path.until));
    spend(Spent::operations, path.operations);
    spend(Spent::links, path.links);
  }
  std::array<double, loss_causes> lost{};
  const double in_vain = swapping_.lost_time(c).take(began, now, lost);
  const double scale = in_vain > left ? left / in_vain : 1;
  for (std::size_t k = 0; k < loss_causes; ++k) spent[static_cast<std::size_t>(Spent::cut_offs) + k] = lost[k] * scale;
  spent[static_cast<std::size_t>(Spent::memories)] += left - in_vain * scale;
  recorder_.spent(circuits_.demand(c), now, spent);
  until_[c.value] = now;
}

void TimeAccounts::in_vain(ChainId c, bool generates, Tick now) {
  if (!segments_.accounts || until_[c.value] == now) return;
  const auto elapsed = static_cast<double>(count(now - until_[c.value]));
  std::array<double, loss_causes> lost{};
  const double in_vain = swapping_.lost_time(c).take(now, now, lost);
  SpentTicks spent{};
  for (std::size_t k = 0; k < loss_causes; ++k) spent[static_cast<std::size_t>(Spent::cut_offs) + k] = lost[k];
  spent[static_cast<std::size_t>(generates ? Spent::links : Spent::memories)] += elapsed - in_vain;
  recorder_.spent(circuits_.demand(c), now, spent);
  until_[c.value] = now;
}

}  // namespace farbell
