// Names to ids, with errors that say what was meant.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "farbell/base/errors.hpp"
#include "farbell/base/nearest.hpp"
#include "farbell/base/text.hpp"

namespace farbell {

class Names {
 public:
  // `what`: "node", "link", ...; `path` of the list they stand in.
  Names(std::string what, std::string path) : what_(std::move(what)), path_(std::move(path)) {}

  void add(const std::string& name, std::string_view field = "/name") {
    const auto id = static_cast<std::uint32_t>(names_.size());
    const auto [known, fresh] = ids_.emplace(name, id);
    if (!fresh)
      throw SpecError(path_ + "/" + std::to_string(id) + std::string(field), in_quotes(shortened(name)),
                      "a " + what_ + " name that is not taken (" + path_ + "/" + std::to_string(known->second) + " has it)");
    names_.push_back(name);
  }
  std::uint32_t at(const std::string& name, const std::string& path) const {
    const auto found = ids_.find(name);
    if (found != ids_.end()) return found->second;
    throw SpecError(path, in_quotes(shortened(name)), "the name of a " + what_ + " in " + path_ + (names_.empty() ? " (there are none)" : ""),
                    nearest_name(name, names_));
  }
  const std::vector<std::string>& all() const { return names_; }

 private:
  std::string what_, path_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::uint32_t> ids_;
};

}  // namespace farbell
