#include "netstray/detect/neighbour/neighbours.h"

#include <algorithm>
#include <numeric>

#include "netstray/detect/fit_support.h"

namespace netstray {

Neighbours::Neighbours(const Matrix& matrix, std::size_t typical_k) : rows_(matrix.rows()) {
  DistinctRows distinct = distinct_rows(matrix);
  MatrixShape shape(matrix);
  std::vector<float> rows(distinct.first.size() * packed_width(shape));
  pack_rows(matrix, distinct.first, rows);
  nearest_ = NearestPoints(std::move(shape), rows, typical_k);
  copies_ = std::move(distinct.copies);
}

/// Cuts what was found where k neighbours are together.
void Neighbours::near(std::span<const float> squared, std::span<const std::uint32_t> indices, std::size_t k,
                      std::uint32_t self, std::vector<Near>& result) const {
  result.clear();
  std::size_t missing = k;
  for (std::size_t i = 0; i < indices.size() && missing > 0; ++i) {
    const std::uint32_t row = indices[i];
    const std::size_t copies = std::min<std::size_t>(missing, copies_[row] - (row == self ? 1U : 0U));
    if (copies == 0) continue;
    result.push_back({row, static_cast<std::uint32_t>(copies), double{squared[i]}});
    missing -= copies;
  }
}

void Neighbours::find(std::span<const float> queries, std::size_t k, const Visit& visit) const {
  const std::size_t wanted = std::min(k, distinct());
  const std::size_t count = queries.size() / packed_width(shape());
  std::vector<float> squared(count * wanted);
  std::vector<std::uint32_t> indices(count * wanted);
  nearest_.search(queries, wanted, squared, indices);
  std::vector<Near> found;
  for (std::size_t query = 0; query < count; ++query) {
    near(std::span(squared).subspan(query * wanted, wanted), std::span(indices).subspan(query * wanted, wanted), k,
         kNobody, found);
    visit(query, found);
  }
}

void Neighbours::find_others(std::size_t begin, std::size_t end, std::size_t k, const Visit& visit) const {
  const std::size_t packed = packed_width(shape());
  const std::size_t wanted = std::min(k + 1, distinct());
  std::vector<float> queries((end - begin) * packed);
  for (std::size_t row = begin; row < end; ++row) read(row, std::span(queries).subspan((row - begin) * packed, packed));
  std::vector<float> squared((end - begin) * wanted);
  std::vector<std::uint32_t> indices((end - begin) * wanted);
  nearest_.search(queries, wanted, squared, indices);
  std::vector<Near> found;
  for (std::size_t row = begin; row < end; ++row) {
    const std::size_t at = (row - begin) * wanted;
    near(std::span(squared).subspan(at, wanted), std::span(indices).subspan(at, wanted), k,
         static_cast<std::uint32_t>(row), found);
    visit(row, found);
  }
}

void Neighbours::explain(std::span<const float> query, std::size_t k, std::span<double> parts) const {
  std::ranges::fill(parts, 0.0);
  std::vector<float> row(packed_width(shape()));
  find(query, k, [&](std::size_t, std::span<const Near> near) {
    for (const Near& each : near) {
      read(each.row, row);
      add_squared_difference(shape(), query, row, static_cast<double>(each.copies) / static_cast<double>(k), parts);
    }
  });
}

void Neighbours::save(ByteWriter& out) const {
  shape().save(out);
  const std::size_t packed = packed_width(shape());
  std::vector<float> rows(distinct() * packed);
  for (std::size_t row = 0; row < distinct(); ++row) read(row, std::span(rows).subspan(row * packed, packed));
  out.put_vector(rows);
  out.put_vector(copies_);
}

Neighbours Neighbours::load(ByteReader& in, std::size_t typical_k) {
  MatrixShape shape = MatrixShape::load(in, kMostColumns);
  const auto rows = load_packed_rows(in, shape);
  const std::size_t distinct = rows.size() / packed_width(shape);
  Neighbours result;
  result.copies_ = in.get_vector<std::uint32_t>();
  if (distinct == 0 || result.copies_.size() != distinct ||
      std::ranges::find(result.copies_, 0U) != result.copies_.end()) {
    in.fail("its training rows are not counted");
  }
  result.rows_ = std::accumulate(result.copies_.begin(), result.copies_.end(), std::uint64_t{0});
  result.nearest_ = NearestPoints(std::move(shape), rows, typical_k);
  return result;
}

}  // namespace netstray
