// What the Python class of a spec says about itself: signatures, docstrings, repr.
#pragma once
#include <pybind11/pybind11.h>

#include <string>

#include "farbell/simulation/spec_type.hpp"

namespace farbell {

pybind11::type_error unknown_keyword(const SpecType& type, const std::string& name);
pybind11::type_error positional_arguments(const SpecType& type, std::string_view what);
pybind11::type_error missing_keywords(const SpecType& type, const std::vector<std::string_view>& names);

std::string escaped_html(const std::string& text);

// As a call that would make the spec; fields that hold their default are left out.
std::string spec_repr(const SpecType& type, const void* spec);
std::string spec_html(const SpecType& type, const void* spec);

std::string class_doc(const SpecType& type);
// The signature of __init__ in the form that Python's inspect reads: no types. They stand in the class's docstring.
std::string init_text(const SpecType& type);
std::string replace_text(const SpecType& type);
std::string getter_text(const SpecField& field);
std::string field_doc(const SpecField& field);

}  // namespace farbell
