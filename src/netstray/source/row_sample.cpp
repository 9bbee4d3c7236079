#include "netstray/source/row_sample.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace netstray {
namespace {

constexpr std::uint64_t kSampleStream = 0x6d61782d726f7773;

template <typename Value>
void keep(std::vector<Value>& values, const std::vector<std::uint32_t>& rows) {
  if (values.empty()) return;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] != i) values[i] = std::move(values[rows[i]]);
  }
  values.resize(rows.size());
}

}  // namespace

RowSample::RowSample(std::size_t wanted, std::uint64_t seed)
    : wanted_(wanted), rng_(Rng::stream(seed, kSampleStream)) {}

void RowSample::thin(RowBatch& batch) {
  while (keys_.size() < batch.table.rows()) {
    keys_.push_back(rng_.next());
    numbers_.push_back(++seen_);
  }
  if (keys_.size() / 2 >= wanted_) keep_smallest(batch);
}

void RowSample::finish(RowBatch& batch) {
  thin(batch);
  if (keys_.size() > wanted_) keep_smallest(batch);
}

void RowSample::keep_smallest(RowBatch& batch) {
  std::vector<std::uint32_t> rows(keys_.size());
  std::iota(rows.begin(), rows.end(), 0U);
  const auto before = [this](std::uint32_t a, std::uint32_t b) {
    return std::pair(keys_[a], a) < std::pair(keys_[b], b);
  };
  std::nth_element(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(wanted_ - 1), rows.end(), before);
  rows.resize(wanted_);
  std::sort(rows.begin(), rows.end());
  batch.table = batch.table.gather(rows);
  keep(batch.lines, rows);
  keep(batch.texts, rows);
  keep(keys_, rows);
  keep(numbers_, rows);
}

}  // namespace netstray
