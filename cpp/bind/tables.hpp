// Columns of the core as numpy arrays, which own them.
#pragma once
#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "farbell/simulation/run.hpp"

namespace farbell {

// A numpy array that owns `values`.
template <class T>
pybind11::array hand_over(std::vector<T>&& values) {
  auto owned = std::make_unique<std::vector<T>>(std::move(values));
  const T* data = owned->data();
  const auto size = static_cast<pybind11::ssize_t>(owned->size());
  const pybind11::capsule owner(owned.release(), [](void* p) { delete static_cast<std::vector<T>*>(p); });
  return pybind11::array_t<T>(size, data, owner);
}

template <class T, std::size_t N>
pybind11::array hand_over(xt::xtensor<T, N>&& values) {
  auto owned = std::make_unique<xt::xtensor<T, N>>(std::move(values));
  const std::vector<pybind11::ssize_t> shape(owned->shape().begin(), owned->shape().end());
  const T* data = owned->data();
  const pybind11::capsule owner(owned.release(), [](void* p) { delete static_cast<xt::xtensor<T, N>*>(p); });
  return pybind11::array_t<T>(shape, data, owner);
}

inline pybind11::dict columns(Table&& table) {
  pybind11::dict out;
  for (Column& column : table.columns)
    out[pybind11::str(column.name)] = std::visit([](auto& values) { return hand_over(std::move(values)); }, column.values);
  return out;
}

// All that a run hands over but its failure.
inline pybind11::dict results_of(RunOutput& out) {
  pybind11::dict result, tables;
  for (Table& table : out.tables) {
    const std::string name = table.name;
    tables[pybind11::str(name)] = columns(std::move(table));
  }
  result["tables"] = tables;
  result["batches"] = hand_over(std::move(out.batches));
  result["moments"] = hand_over(std::move(out.moments));
  result["latency_sketch"] = hand_over(std::move(out.latency_sketch));
  result["fidelity_histogram"] = hand_over(std::move(out.fidelity_histogram));
  result["interrupted"] = out.interrupted;
  result["spilled"] = out.spilled;
  return result;
}

}  // namespace farbell
