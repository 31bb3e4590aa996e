#include "farbell/network/failure.hpp"

#include "farbell/base/errors.hpp"
#include "farbell/base/text.hpp"

namespace farbell {

void check(const FailureSpec& f, const std::string& at) {
  if (f.nodes.empty() && f.links.empty() && f.regions.empty())
    throw SpecError(at + "/nodes", "nothing, nor links or regions", "at least one node, link or region that fails");
  if (f.mtbf_s && !f.mttr_s) throw SpecError(at + "/mttr_s", "nothing", "the mean time to repair, since mtbf_s is given");
  if (f.mttr_s && !f.mtbf_s) throw SpecError(at + "/mtbf_s", "nothing", "the mean time between failures, since mttr_s is given");
  if (f.mtbf_s && !f.down.empty()) throw SpecError(at + "/down", "windows beside mtbf_s", "one of them: failures at random, or at stated times");
  if (!f.mtbf_s && f.down.empty()) throw SpecError(at + "/down", "nothing, nor mtbf_s", "windows in which they are down, or mtbf_s and mttr_s");
  double after = -1;
  for (std::size_t i = 0; i < f.down.size(); ++i) {
    const auto [from, until] = f.down[i];
    const std::string path = at + "/down/" + std::to_string(i);
    if (!(from > after))
      throw SpecError(path + "/0", number_text(from) + " s", "a time after the end of the window before (" + number_text(after) + " s)");
    if (!(until > from)) throw SpecError(path + "/1", number_text(until) + " s", "a time after the start of the window (" + number_text(from) + " s)");
    after = until;
  }
}

}  // namespace farbell
