#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "netstray/base/output_file.h"

namespace netstray {

/// Writes the text of `count` rows in order, made on all threads: append(row, text) adds a row's text to `text`, and is
/// called for many rows at the same time. Memory: some thousand rows' texts for each thread. Throws Error as
/// OutputFile.
void write_lines(OutputFile& out, std::size_t count,
                 const std::function<void(std::size_t row, std::string& text)>& append);

}  // namespace netstray
