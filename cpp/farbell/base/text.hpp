// Small pieces of text for messages and files.
#pragma once
#include <string>
#include <string_view>

namespace farbell {

// The shortest decimal text that reads back as the same double.
std::string number_text(double value);

// `text` for a message: at most `limit` bytes, cut between characters, with "..." where something was left out.
std::string shortened(std::string_view text, std::size_t limit = 60);

// `text` as a JSON string, quotes included.
std::string quoted(std::string_view text);
void append_quoted(std::string& out, std::string_view text);

}  // namespace farbell
