#include "farbell/base/errors.hpp"

#include <utility>

namespace farbell {
namespace {

std::string message(const std::string& path, const std::string& found, const std::string& allowed, const std::string& nearest) {
  std::string text = (path.empty() ? std::string("scenario") : path) + ": found " + found + "; allowed: " + allowed;
  if (!nearest.empty()) text += "; did you mean " + nearest + "?";
  return text;
}

}  // namespace

SpecError::SpecError(std::string path_, std::string found_, std::string allowed_, std::string nearest_)
    : std::invalid_argument(message(path_, found_, allowed_, nearest_)),
      path(std::move(path_)), found(std::move(found_)), allowed(std::move(allowed_)), nearest(std::move(nearest_)) {}

}  // namespace farbell
