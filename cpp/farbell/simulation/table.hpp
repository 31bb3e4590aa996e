// Results as named columns, ready to be handed over without copying.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace farbell {

struct Column {
  std::string name;
  std::variant<std::vector<std::int8_t>, std::vector<std::uint8_t>, std::vector<std::uint32_t>, std::vector<std::uint64_t>,
               std::vector<std::int64_t>, std::vector<double>>
      values;
};

struct Table {
  std::string name;
  std::vector<Column> columns;

  // One value per row: `pick(row)`.
  template <class T, class Rows, class Pick>
  void add(std::string column, const Rows& rows, Pick&& pick) {
    std::vector<T> values;
    values.reserve(rows.size());
    for (const auto& row : rows) values.push_back(static_cast<T>(pick(row)));
    columns.push_back({std::move(column), std::move(values)});
  }
};

}  // namespace farbell
