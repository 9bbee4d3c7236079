#include "netstray/model/ensemble.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <utility>

#include "netstray/base/parallel.h"
#include "netstray/base/rng.h"
#include "netstray/detect/cluster/kmeans.h"
#include "netstray/model/fit_member.h"
#include "netstray/model/reasons.h"

namespace netstray {
namespace {

constexpr std::size_t kMostMembers = 64;

/// The first member has the seed itself, so that it is the same alone and in an ensemble.
std::uint64_t seed_of(std::uint64_t seed, std::size_t member) {
  return member == 0 ? seed : Rng::stream(seed, member).next();
}

/// Members of the recipe by encoding, in order of their first member.
std::vector<std::vector<std::size_t>> by_encoding(const Recipe& recipe) {
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t index = 0; index < recipe.members.size(); ++index) {
    const auto same = std::ranges::find_if(groups, [&](const std::vector<std::size_t>& group) {
      return recipe.members[group.front()].encoding == recipe.members[index].encoding;
    });
    if (same == groups.end()) {
      groups.push_back({index});
    } else {
      same->push_back(index);
    }
  }
  return groups;
}

bool learn_the_same(const Encoder& a, const Encoder& b) {
  return std::ranges::equal(a.columns(), b.columns(), [](const Encoder::Column& one, const Encoder::Column& other) {
    return one.field.name == other.field.name && one.field.type == other.field.type;
  });
}

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// These rows of a matrix; the matrix itself where they are all of its rows in their order, so that no copy is made.
class PartOf {
 public:
  PartOf(const Matrix& all, std::span<const std::uint32_t> rows) : all_(&all), whole_(rows.size() == all.rows()) {
    for (std::size_t i = 0; whole_ && i < rows.size(); ++i) whole_ = rows[i] == i;
    if (!whole_) part_ = all.gather(rows);
  }
  const Matrix& matrix() const noexcept { return whole_ ? *all_ : part_; }
  Matrix take() && {
    if (whole_) return *all_;
    return std::move(part_);
  }

 private:
  const Matrix* all_;
  bool whole_;
  Matrix part_;
};

void measure_elsewhere(Detector& detector, const Matrix& all, std::span<const std::uint32_t> rows) {
  auto* kmeans = rows.empty() ? nullptr : dynamic_cast<KMeans*>(&detector);
  if (kmeans != nullptr) kmeans->measure_distances(PartOf(all, rows).matrix());
}

}  // namespace

Ensemble::Ensemble(std::vector<Encoder> encoders, std::vector<Member> members, Join how)
    : encoders_(std::move(encoders)), members_(std::move(members)), how_(how) {}

Ensemble::Fitted Ensemble::fit(const Table& table, std::span<const std::size_t> columns, const Rows& rows,
                               const Recipe& recipe, std::uint64_t seed) {
  std::vector<Encoder> encoders;
  std::vector<Member> members(recipe.members.size());
  OwnScores scores(recipe.members.size(), std::vector<double>(rows.scored.size()));
  std::vector<Matrix> matrices;
  std::vector<std::string> notes;
  double fit_seconds = 0;
  double score_seconds = 0;
  const auto encoded_from = rows.encoded_from.empty() ? rows.fitted : rows.encoded_from;
  for (const auto& group : by_encoding(recipe)) {
    const auto started = Clock::now();
    const Encoder& encoder =
        encoders.emplace_back(Encoder::fit(table, columns, encoded_from, recipe.members[group.front()].encoding));
    const Matrix all = encoder.encode(table);
    {
      const PartOf fitted(all, rows.fitted);
      for (const std::size_t index : group) {
        const Recipe::Member& wanted = recipe.members[index];
        Member& member = members[index];
        member.name = wanted.name;
        member.encoder = encoders.size() - 1;
        member.detector = fit_member(wanted, fitted.matrix(), seed_of(seed, index), rows.labels, notes);
        measure_elsewhere(*member.detector, all, rows.measured_on);
      }
    }
    fit_seconds += seconds_since(started);
    PartOf scored(all, rows.scored);
    const auto begun = Clock::now();
    for (const std::size_t index : group) members[index].detector->score(scored.matrix(), scores[index]);
    score_seconds += seconds_since(begun);
    if (rows.keep_matrices) matrices.push_back(std::move(scored).take());
  }
  return {Ensemble(std::move(encoders), std::move(members), recipe.join),
          std::move(scores),
          std::move(matrices),
          std::move(notes),
          fit_seconds,
          score_seconds};
}

void Ensemble::calibrate(OwnScores scores) {
  for (std::size_t i = 0; i < members_.size(); ++i) members_[i].tail = ScoreTail(ScoreSample(std::move(scores[i])));
}

std::vector<Matrix> Ensemble::encode(const Table& table, EncodeCounts* counts) const {
  std::vector<Matrix> matrices;
  matrices.reserve(encoders_.size());
  for (const auto& encoder : encoders_) {
    matrices.push_back(encoder.encode(table, counts));
    counts = nullptr;  // the others see the same
  }
  return matrices;
}

Ensemble::OwnScores Ensemble::score(const std::vector<Matrix>& matrices) const {
  OwnScores own;
  for (const auto& member : members_) {
    auto& scores = own.emplace_back(matrices[member.encoder].rows());
    member.detector->score(matrices[member.encoder], scores);
  }
  return own;
}

std::vector<double> Ensemble::joined(const OwnScores& own) const {
  if (members_.size() == 1) return own.front();
  constexpr std::size_t kGrain = 4096;
  std::vector<double> scores(own.front().size());
  parallel_for(scores.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    std::vector<double> unusual(members_.size());
    for (std::size_t row = begin; row < end; ++row) {
      for (std::size_t i = 0; i < members_.size(); ++i) unusual[i] = members_[i].tail.minus_log10_p(own[i][row]);
      scores[row] = join(unusual, how_);
    }
  });
  return scores;
}

std::vector<double> Ensemble::member_shares(const OwnScores& own, std::size_t row) const {
  std::vector<double> shares(members_.size(), 1);
  if (members_.size() == 1) return shares;
  for (std::size_t i = 0; i < members_.size(); ++i) shares[i] = members_[i].tail.minus_log10_p(own[i][row]);
  const double total = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (double& share : shares) share = total > 0 ? share / total : 1 / static_cast<double>(members_.size());
  return shares;
}

std::vector<double> Ensemble::column_shares(const std::vector<Matrix>& matrices, std::span<const double> member_shares,
                                            std::size_t row) const {
  std::vector<double> shares(encoders_.front().columns().size());
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const Encoder& encoder = encoders_[members_[i].encoder];
    std::vector<double> parts(encoder.width());
    members_[i].detector->explain(matrices[members_[i].encoder], row, parts);
    const auto own = netstray::column_shares(encoder, parts);
    for (std::size_t column = 0; column < shares.size(); ++column) shares[column] += member_shares[i] * own[column];
  }
  const double total = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (double& share : shares) share = total > 0 ? share / total : 0;
  return shares;
}

void Ensemble::save(ByteWriter& out) const {
  out.put<std::uint64_t>(encoders_.size());
  for (const auto& encoder : encoders_) encoder.save(out);
  out.put(static_cast<std::uint8_t>(how_));
  out.put<std::uint64_t>(members_.size());
  for (const auto& member : members_) {
    out.put_text(member.name);
    out.put<std::uint64_t>(member.encoder);
    out.put_text(member.detector->name());
    member.detector->save(out);
    if (members_.size() > 1) member.tail.save(out);
  }
}

Ensemble Ensemble::load(ByteReader& in) {
  std::vector<Encoder> encoders;
  for (std::size_t count = in.get_count(sizeof(std::uint64_t)); count > 0; --count) {
    encoders.push_back(Encoder::load(in));
    if (!learn_the_same(encoders.front(), encoders.back())) in.fail("its encoders learned different columns");
  }
  const auto how = in.get<std::uint8_t>();
  if (how > static_cast<std::uint8_t>(Join::max)) in.fail("a way of joining scores that is not known");
  std::vector<Member> members(in.get_count(3 * sizeof(std::uint64_t)));
  if (encoders.empty() || members.empty() || members.size() > kMostMembers) in.fail("its members are too few or many");
  for (auto& member : members) {
    member.name = in.get_text();
    member.encoder = in.get<std::uint64_t>();
    const std::string detector = in.get_text();
    member.detector = load_detector(detector, in);
    if (member.encoder >= encoders.size() || member.detector->columns() != encoders[member.encoder].width()) {
      in.fail("encoder and detector do not fit each other");
    }
    if (members.size() > 1) member.tail = ScoreTail::load(in);
  }
  return Ensemble(std::move(encoders), std::move(members), static_cast<Join>(how));
}

}  // namespace netstray
