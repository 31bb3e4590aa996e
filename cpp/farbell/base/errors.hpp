// The three ways a run can fail: the scenario is wrong, something in the run failed, or Farbell has a bug.
#pragma once
#include <stdexcept>
#include <string>
#include <utility>

namespace farbell {

// The user's scenario is wrong. `path` is a JSON pointer ("" = the whole document).
class SpecError : public std::invalid_argument {
 public:
  SpecError(std::string path_, std::string found_, std::string allowed_, std::string nearest_ = {})
      : std::invalid_argument(message(path_, found_, allowed_, nearest_)),
        path(std::move(path_)), found(std::move(found_)), allowed(std::move(allowed_)), nearest(std::move(nearest_)) {}

  std::string path, found, allowed, nearest;

 private:
  static std::string message(const std::string& path, const std::string& found, const std::string& allowed,
                             const std::string& nearest) {
    std::string text = (path.empty() ? std::string("scenario") : path) + ": found " + found + "; allowed: " + allowed;
    if (!nearest.empty()) text += "; did you mean " + nearest + "?";
    return text;
  }
};

// A limit, hook or program failed while running: simulated time and entity are in the message.
class RunError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A bug of Farbell's own.
class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

}  // namespace farbell
