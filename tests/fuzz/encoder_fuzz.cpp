// The bytes of an encoder, as they lie in a model file. What loads encodes a few rows, and is saved and loaded again.

#include <cmath>
#include <string>
#include <vector>

#include "fuzz_target.h"
#include "learned_rows.h"
#include "netstray/base/error.h"
#include "netstray/encode/encoder.h"

namespace netstray {
namespace {

constexpr std::size_t kMostColumns = 512;

std::vector<float> encoded(const Encoder& encoder, const Table& table) {
  EncodeCounts counts;
  const Matrix matrix = encoder.encode(table, &counts);
  fuzz::require(matrix.columns() == encoder.width(), "the matrix is as wide as the encoder says");
  fuzz::require(counts.rows == table.rows(), "rows are counted");
  std::vector<float> values;
  std::vector<float> row(matrix.columns());
  for (std::size_t i = 0; i < matrix.rows(); ++i) {
    matrix.dense_row(i, row);
    for (const float value : row) fuzz::require(std::isfinite(value), "an encoded value is finite");
    values.insert(values.end(), row.begin(), row.end());
  }
  return values;
}

void check(const Encoder& encoder) {
  const Table table = fuzz::rows_for(encoder);
  const auto values = encoded(encoder, table);
  for (std::size_t column = 0; column < encoder.columns().size(); ++column) {
    for (std::size_t row = 0; row < table.rows(); ++row) {
      const double surprise = encoder.surprise(column, table.column(column), row);
      fuzz::require(surprise >= 0 && surprise <= 1, "a surprise lies in [0, 1]");
    }
  }
  for (std::size_t dense = 0; dense < encoder.width(); ++dense) (void)encoder.column_name(dense);
  ByteWriter out;
  encoder.save(out);
  ByteReader in(out.bytes(), "saved");
  const Encoder again = Encoder::load(in);
  in.expect_end();
  fuzz::require(values == encoded(again, table), "what was saved and loaded encodes the same");
}

}  // namespace
}  // namespace netstray

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace netstray;
  try {
    ByteReader in(fuzz::text_of(bytes, size), "fuzz");
    const Encoder encoder = Encoder::load(in);
    if (encoder.width() <= kMostColumns) check(encoder);
  } catch (const Error&) {
    return 0;
  }
  return 0;
}
