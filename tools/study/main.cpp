// Measures recipes for the default detector: docs/auto.md.
//
//   netstray_study [--data FOLDER] [--cache FOLDER] [--seeds 5] [--sets kdd99,nsl-kdd,...] [--threads 2] RECIPE...
//
// A recipe is NAME=MEMBER MEMBER ... [@mean|@fisher|@max], a member ENCODING/DETECTOR[:KEY=VALUE,...].

#include <algorithm>
#include <cstdio>
#include <exception>
#include <map>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "members.h"
#include "netstray/base/error.h"
#include "netstray/base/parallel.h"
#include "netstray/base/text.h"
#include "tables.h"

namespace netstray {
namespace {

struct Options {
  std::string data = "../shared/data";
  std::string cache;
  std::uint64_t seeds = 5;
  std::vector<std::string> sets;
  std::vector<Candidate> recipes;
};

Options read_options(const std::vector<std::string>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (!word.starts_with("--")) {
      options.recipes.push_back(Candidate::parse(word));
      continue;
    }
    if (++i == arguments.size()) throw usage_error(fmt::format("{} needs a value", word));
    const std::string& value = arguments[i];
    const auto number = [&] {
      const auto found = parse_integer(value);
      if (!found || *found < 1 || *found > 1000)
        throw usage_error(fmt::format("{}: found {}", word, netstray::quoted(value)));
      return static_cast<std::uint64_t>(*found);
    };
    if (word == "--data") {
      options.data = value;
    } else if (word == "--cache") {
      options.cache = value;
    } else if (word == "--seeds") {
      options.seeds = number();
    } else if (word == "--sets") {
      options.sets = split(value, ',');
    } else if (word == "--threads") {
      set_threads(static_cast<unsigned>(number()));
    } else {
      throw usage_error(fmt::format("unknown option {}", word));
    }
  }
  if (options.sets.empty()) {
    for (const auto name : real_set_names()) options.sets.emplace_back(name);
    for (const auto name : made_up_set_names()) options.sets.emplace_back(name);
  }
  if (options.recipes.empty()) throw usage_error("give at least one recipe");
  return options;
}

bool is_real(const std::string& name) { return std::ranges::count(real_set_names(), name) > 0; }

std::vector<Measured> measure(const Options& options, const std::string& name) {
  std::vector<Measured> measured;
  measured.reserve(options.recipes.size());
  for (const auto& recipe : options.recipes) measured.push_back({recipe.name, name, {}});
  StudySet set;
  for (std::uint64_t seed = 1; seed <= options.seeds; ++seed) {
    if (!is_real(name) || seed == 1) set = is_real(name) ? real_set(name, options.data) : made_up_set(name, seed);
    const Split rows = split_rows(set.train, seed);
    std::map<std::string, MemberScores> known;
    for (std::size_t i = 0; i < options.recipes.size(); ++i) {
      std::vector<MemberScores> scores;
      for (const auto& member : options.recipes[i].members) {
        if (!known.contains(member)) known[member] = score_member(set, rows, member, seed, options.cache);
        scores.push_back(known[member]);
      }
      measured[i].outcomes.push_back(judge(set, scores, options.recipes[i].how, seed));
    }
    fmt::print(stderr, "{} seed {}\n", name, seed);
  }
  return measured;
}

void run(const std::vector<std::string>& arguments) {
  const Options options = read_options(arguments);
  std::vector<Measured> all;
  for (const auto& set : options.sets) {
    for (auto& one : measure(options, set)) all.push_back(std::move(one));
  }
  fmt::print("{}", tables_of(all));
}

}  // namespace
}  // namespace netstray

int main(int argc, char** argv) {
  try {
    netstray::run({argv + 1, argv + argc});
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "netstray_study: {}\n", error.what());
    return 1;
  }
}
