#include "netstray/model/fit_member.h"

#include "netstray/base/progress.h"

namespace netstray {

std::unique_ptr<Detector> fit_member(const Recipe::Member& member, const Matrix& matrix, std::uint64_t seed,
                                     std::span<const std::uint8_t> labels, std::vector<std::string>& notes) {
  Progress progress("fitting " + member.name);
  FitContext context;
  context.seed = seed;
  context.labels = labels;
  context.notes = &notes;
  context.progress = [&progress](std::uint64_t done, std::uint64_t total, std::string_view what) {
    progress.update(done, total, what);
  };
  return member.detector->fit(matrix, member.settings, context);
}

}  // namespace netstray
