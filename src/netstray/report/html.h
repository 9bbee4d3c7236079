#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace netstray {

/// One self-contained HTML page, built section by section: no script, nothing fetched, one style sheet inside, so that
/// it opens anywhere and a content policy of `default-src 'none'` holds (the page states it itself). Light, dark, print
/// and narrow screens are looked after. Every text given is escaped, apart from what is called `html` or `svg`.
class Page {
 public:
  /// `subtitle` stands under the title, smaller; may be empty.
  Page(std::string_view title, std::string_view subtitle);

  enum class Align { left, right };
  struct Column {
    std::string title;
    Align align = Align::left;
  };
  /// One number that a reader should see first; they stand four in a row (two on a narrow screen).
  struct Headline {
    std::string label;
    std::string value;
    std::string note;  ///< its interval, or what it was measured against
    bool alarm = false;
  };
  /// What a notice is about decides its colour; the word stands there too.
  enum class Notice { note, warning, error };

  /// Puts links to all sections under the title, also to those that are added later.
  void contents() { with_contents_ = true; }
  /// Begins a section; it lasts until the next one.
  void section(std::string_view heading);
  /// A smaller heading within the section.
  void subsection(std::string_view heading);
  /// Line ends in it are spaces.
  void paragraph(std::string_view text);
  /// A paragraph in larger type, for the answer in plain words.
  void lead(std::string_view text);
  void headlines(const std::vector<Headline>& headlines);
  /// What goes with a table.
  struct TableLook {
    std::string title = {};  ///< one line above it
    std::string note = {};   ///< below it
    bool tall = false;       ///< scrolls within a box, its heading always in sight (print has all of it)
  };
  /// Columns aligned as told, numbers with digits of one width. A first cell is the row's name. Scrolls by itself where
  /// the screen is too narrow. The word LEAKY at the end of a cell becomes a badge.
  void table(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows,
             const TableLook& look);
  void table(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows) {
    table(columns, rows, TableLook());
  }
  /// Names and values, one a line.
  void facts(const std::vector<std::pair<std::string, std::string>>& facts);
  /// Text in a typewriter face, as it stands.
  void preformatted(std::string_view text);
  /// Charts side by side where there is room, with a caption each (may be empty).
  struct Figure {
    std::string svg;
    std::string caption;
    std::string leaky = {};  ///< why its numbers cannot be trusted (looks at test rows); a badge with these words
  };
  void figures(const std::vector<Figure>& figures);
  /// Small multiples: three or four side by side, two on a narrow screen.
  void small_figures(const std::vector<Figure>& figures);
  /// A badge LEAKY with the reason in words: what follows was fitted or cut on rows that the test should not have
  /// shown.
  void leaky(std::string_view reason);
  void notice(Notice kind, std::string_view id, std::string_view text);
  /// Begins a part that is folded away until asked for; ends with end_details or the section. Not nested.
  void details(std::string_view summary);
  void end_details();

  /// The whole document.
  std::string str() const;

 private:
  void figure(const Figure& figure);

  std::string title_;
  std::string head_;
  std::string body_;
  bool in_section_ = false;
  bool in_details_ = false;
  bool with_contents_ = false;
  std::vector<std::string> headings_;
};

}  // namespace netstray
