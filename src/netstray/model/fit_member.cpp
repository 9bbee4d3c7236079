#include "netstray/model/fit_member.h"

#include <algorithm>
#include <utility>

#include "netstray/base/progress.h"

namespace netstray {

std::unique_ptr<Detector> fit_member(const Recipe::Member& member, const Matrix& matrix, std::uint64_t seed,
                                     std::span<const std::uint8_t> labels, std::vector<std::string>& notes) {
  Progress progress("fitting " + member.name);
  FitContext context;
  context.seed = seed;
  context.labels = labels;
  std::vector<std::string> told;
  context.notes = &told;
  context.progress = [&progress](std::uint64_t done, std::uint64_t total, std::string_view what) {
    progress.update(done, total, what);
  };
  auto detector = member.detector->fit(matrix, member.settings, context);
  // Members of one kind in one encoding have the same to tell: once is enough.
  for (auto& note : told) {
    if (std::ranges::find(notes, note) == notes.end()) notes.push_back(std::move(note));
  }
  return detector;
}

}  // namespace netstray
