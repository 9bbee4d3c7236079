#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/output_file.h"
#include "netstray/maths/matrix.h"

namespace netstray {

/// Raw files, which every peer can read without a library: values one after the other, little-endian, no header.

/// The first `count` values. Throws Error where the file has fewer.
template <typename T>
std::vector<T> read_raw(const std::string& path, std::size_t count) {
  std::vector<T> values(count);
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(count * sizeof(T)));
  if (!file) throw Error(fmt::format("{}: it does not hold {} values of {} bytes", path, count, sizeof(T)));
  return values;
}

template <typename T>
void write_raw(const std::string& path, std::span<const T> values) {
  OutputFile file(path);
  file.write({reinterpret_cast<const char*>(values.data()), values.size_bytes()});
  file.commit();
}

/// The first `rows` rows of a row-major matrix of f32, as number columns.
inline Matrix read_matrix(const std::string& path, std::size_t rows, std::size_t columns) {
  const auto values = read_raw<float>(path, rows * columns);
  Matrix matrix(rows);
  for (std::size_t column = 0; column < columns; ++column) {
    std::vector<float> numbers(rows);
    for (std::size_t row = 0; row < rows; ++row) numbers[row] = values[row * columns + column];
    matrix.add_numbers(std::move(numbers));
  }
  return matrix;
}

}  // namespace netstray
