// The three ways a run can fail: the scenario is wrong, something in the run failed, or Farbell has a bug.
#pragma once
#include <stdexcept>
#include <string>

namespace farbell {

// The user's scenario is wrong. `path` is a JSON pointer ("" = the whole document).
class SpecError : public std::invalid_argument {
 public:
  SpecError(std::string path_, std::string found_, std::string allowed_, std::string nearest_ = {});

  std::string path, found, allowed, nearest;
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
