#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "netstray/maths/matrix.h"

namespace netstray {

/// A place on a picture. Units have no meaning but within the same picture.
struct PicturePoint {
  float x = 0, y = 0;

  bool operator==(const PicturePoint&) const = default;
};

/// Settings of t-SNE; defaults as scikit-learn's TSNE has them (1.9), which follow Belkina et al. 2019 and Kobak and
/// Berens 2019.
struct TsneSettings {
  /// How many neighbours count for a row, roughly; [1, 1000]. Lowered to (rows - 1) / 3 where there are not as many
  /// distinct rows, with a note.
  double perplexity = 30;
  std::uint32_t iterations = 1000;         ///< in all, 0 to 100,000
  double exaggeration = 12;                ///< [1, 100]: how much stronger neighbours attract each other at first
  std::uint32_t exaggerated = 250;         ///< iterations with exaggeration, at half the momentum
  double learning_rate = 0;                ///< 0: rows / exaggeration / 4, at least 50; else (0, 1e6]
  enum class Start { principal, random };  ///< two principal components, or normal numbers; both made small, sd 1e-4
  Start start = Start::principal;
  std::uint64_t seed = 0;  ///< for Start::random only
  /// Called now and then with the iteration that was done, in the calling thread; may be empty.
  std::function<void(std::uint32_t iteration)> progress = {};
};

/// What t-SNE made of rows.
struct TsnePicture {
  std::vector<PicturePoint> points;  ///< one a row
  std::size_t distinct = 0;          ///< rows that differ; those that repeat share a point
  double divergence = 0;         ///< Kullback-Leibler, of the picture's neighbourhoods from the rows': lower is better
  double perplexity = 0;         ///< the one that was used
  std::uint32_t iterations = 0;  ///< done; fewer where nothing moved any more
  std::vector<std::string> notes;  ///< what a user must know
};

/// t-SNE (van der Maaten, Hinton 2008): places on a plane such that rows that are near each other lie together. How far
/// clusters lie from each other, and how large they are, means nothing. Neighbourhoods, attraction and descent are
/// those of scikit-learn's method "barnes_hut" (the 3 x perplexity + 1 nearest rows of each), but the repulsion of all
/// pairs is summed up in full instead of by a tree. Rows that are equal are one row here and share its point: each of a
/// thousand copies repelling the others would press all else together (scikit-learn's tree leaves such pairs out). Ends
/// early where the gradient's length is at most 1e-7, looked at every 50 iterations.
///
/// Cost: pairs of distinct rows an iteration, so for up to about 15,000 of them; draw a sample of more. Memory: about
/// 50 bytes a row and unit of perplexity. Uses threads(); the same bytes for any number of them and any instruction
/// set. Throws Error for over 100,000 distinct rows, no columns, over 4,096 columns, a value that is not finite or a
/// setting out of range. Few rows: none gives none, one distinct row is at 0, 0.
TsnePicture tsne(const Matrix& matrix, const TsneSettings& settings = {});

}  // namespace netstray
