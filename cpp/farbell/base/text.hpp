// Small pieces of text for messages and files.
#pragma once
#include <string>
#include <string_view>

namespace farbell {

// The shortest decimal text that reads back as the same double.
std::string number_text(double value);

// `text` for a message: at most `limit` bytes, cut between characters, with "..." where something was left out.
std::string shortened(std::string_view text, std::size_t limit = 60);

// Bytes of unknown origin for a message: what is not UTF-8 is written as \xNN.
std::string printable(std::string_view bytes);

// `text` as a JSON string, quotes included. Where <iomanip> is included write farbell::quoted.
std::string in_quotes(std::string_view text);
void append_in_quotes(std::string& out, std::string_view text);

}  // namespace farbell
