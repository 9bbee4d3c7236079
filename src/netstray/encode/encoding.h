#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netstray {

/// How number columns are scaled. x is the value, after missing ones were replaced by the training median. Arithmetic
/// is f64; the result is rounded to f32, and beyond f32's range it becomes the largest f32 of its sign.
enum class NumericScaling : std::uint8_t {
  standardise,  ///< (x - mean) / sd, sd population; a constant column has sd 1
  log,          ///< l = sign(x) log(1 + |x|), then standardise
  minmax,       ///< (x - min) / (max - min) of training; beyond them it goes on below 0 and above 1
  robust,       ///< (x - median) / (q75 - q25); where that is 0: / sd, where that is 0: / 1
  rank,  ///< mid rank in [0, 1] by linear interpolation in 1001 training quantiles, ties at their middle; 0 below all
         ///< of them, 1 above
  none   ///< x
};
std::string_view name_of(NumericScaling scaling) noexcept;
std::optional<NumericScaling> numeric_scaling(std::string_view name) noexcept;

/// How category columns become numbers.
enum class CategoryEncoding : std::uint8_t {
  one_hot,  ///< one 0/1 column per level seen in training, and one for anything unseen
  rarity,   ///< -ln of how frequent the level is, alone and given another category's level
  none,     ///< not at all: a detector does not see them
  /// one number column per level seen in training: its 0/1, standardised as a number; none for anything unseen
  standardised_one_hot
};
/// "one-hot", "rarity", "no-categories", "standardised-one-hot".
std::string_view name_of(CategoryEncoding categories) noexcept;

/// How the columns of a table become the columns of a matrix: each number column once per scaling, side by side, and
/// the categories in one way.
struct Encoding {
  std::vector<NumericScaling> numeric{NumericScaling::log};  ///< at least one, each at most once
  CategoryEncoding categories = CategoryEncoding::one_hot;

  /// As text: the scalings, then the word for the categories, with plus signs between: "log+rank+one-hot",
  /// "rank+rarity". Without a word for the categories they are one-hot: "log". Throws usage Error for a word that is
  /// not known (with the nearest one), no scaling, a scaling that comes twice, or two words for the categories.
  static Encoding parse(std::string_view text);
  /// What parse reads back, the word for the categories always included.
  std::string text() const;

  bool has(NumericScaling scaling) const noexcept;
  bool operator==(const Encoding&) const = default;
};

}  // namespace netstray
