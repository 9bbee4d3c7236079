#include "netstray/report/html.h"

#include <algorithm>

#include <fmt/core.h>

#include "netstray/base/version.h"
#include "netstray/report/chart.h"
#include "netstray/report/svg.h"

namespace netstray {
namespace {

constexpr std::string_view kStyle = R"css(
:root{color-scheme:light dark;--page:#fff;--ink:#1b1f24;--soft:#57606a;--line:#d8dee4;--panel:#f6f8fa;--accent:#0072b2;--warn:#9a5b00;--bad:#b3400a}
@media screen and (prefers-color-scheme:dark){:root{--page:#14171b;--ink:#e6e8eb;--soft:#a2abb5;--line:#2d333b;--panel:#1b1f25;--accent:#56b4e9;--warn:#e69f00;--bad:#ff8a50}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;-webkit-text-size-adjust:100%}
main{max-width:62rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
header{border-bottom:2px solid var(--ink);padding-bottom:1rem;margin-bottom:1.5rem}
h1{font-size:1.75rem;line-height:1.2;margin:0;letter-spacing:-.01em;overflow-wrap:anywhere}
header p{margin:.4rem 0 0;color:var(--soft);overflow-wrap:anywhere}
section{margin-top:2.5rem}
h2{font-size:1.15rem;line-height:1.3;margin:0 0 .75rem}
p{margin:0 0 .75rem;max-width:44rem;overflow-wrap:anywhere}
.lead{font-size:1.06rem;margin-bottom:.55rem}
.notice:first-of-type{margin-top:1.1rem}
.headlines{display:grid;grid-template-columns:repeat(4,1fr);gap:1px;margin:0 0 1.5rem;background:var(--line);border:1px solid var(--line);border-radius:6px;overflow:hidden}
.headlines div{background:var(--page);padding:.75rem .9rem}
.headlines dt{color:var(--soft);font-size:.8rem;line-height:1.3}
.headlines dd{margin:.15rem 0 0;font-size:1.5rem;line-height:1.25;font-weight:600;font-variant-numeric:tabular-nums}
.headlines dd.alarm{color:var(--bad)}
.headlines small{display:block;font-weight:400;margin-top:.15rem;font-size:.78rem;line-height:1.35;color:var(--soft);font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto;margin:0 0 1rem}
table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums}
th,td{padding:.35rem .9rem .35rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line);overflow-wrap:break-word}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--soft);font-weight:600;font-size:.82rem;vertical-align:bottom;border-bottom:1px solid var(--soft)}
tbody th{font-weight:500}
.right{text-align:right}
.facts{display:grid;grid-template-columns:minmax(7rem,max-content) 1fr;gap:.25rem 1.25rem;margin:0 0 1rem;font-size:.95rem}
.facts dt{color:var(--soft)}
.facts dd{margin:0;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
pre{margin:0 0 1rem;padding:.8rem 1rem;background:var(--panel);border-radius:6px;overflow-x:auto;font:.85rem/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(25rem,100%),1fr));gap:1.75rem 2rem;margin:0 0 1.5rem}
figure{margin:0;break-inside:avoid}
figure svg{display:block;width:100%;height:auto}
figcaption{margin-top:.3rem;font-size:.85rem;line-height:1.45;color:var(--soft)}
.figures.small{grid-template-columns:repeat(auto-fill,minmax(min(16rem,46%),1fr));gap:1.25rem 1.25rem}
nav ol{margin:0 0 1.5rem;padding:0;list-style:none;columns:3 14rem;column-gap:2rem;font-size:.92rem;counter-reset:s}
nav li{counter-increment:s;break-inside:avoid;padding:.12rem 0 .12rem 1.7rem;text-indent:-1.7rem}
nav li::before{content:counter(s);display:inline-block;width:1.7rem;text-indent:0;color:var(--soft);font-variant-numeric:tabular-nums}
nav a{color:var(--accent);text-decoration:none}nav a:hover{text-decoration:underline}
h3{font-size:1.05rem;line-height:1.35;margin:2.25rem 0 .6rem}
.tall{max-height:30rem;overflow-y:auto;border-bottom:1px solid var(--line)}
.tall thead th{position:sticky;top:0;background:var(--page);box-shadow:0 1px 0 var(--soft)}
.leaky{display:inline-block;padding:0 .4em;border:1.5px solid var(--bad);border-radius:3px;color:var(--bad);font-size:.72rem;font-weight:700;line-height:1.5;letter-spacing:.06em;vertical-align:.08em;white-space:nowrap}
.leak{border-left:3px solid var(--bad);padding-left:.9rem}
.table-title{margin:0 0 .35rem;font-weight:600;font-size:.95rem}
.table-note{margin:-.6rem 0 1rem;font-size:.85rem;color:var(--soft)}
.notice{border-left:3px solid var(--line);padding:.1rem 0 .1rem .9rem;margin:0 0 .9rem;break-inside:avoid}
.notice p{margin:0}
.notice .kind{font-size:.82rem;color:var(--soft)}
.notice .kind b{font-weight:600}
.notice.warning{border-color:var(--warn)}.notice.warning .kind b{color:var(--warn)}
.notice.error{border-color:var(--bad)}.notice.error .kind b{color:var(--bad)}
summary{cursor:pointer;color:var(--accent);margin:0 0 .6rem;width:max-content;max-width:100%}
footer{margin-top:3rem;padding-top:.75rem;border-top:1px solid var(--line);color:var(--soft);font-size:.85rem}
@media (max-width:46rem){.headlines{grid-template-columns:1fr 1fr}}
@media (max-width:30rem){body{font-size:15px}main{padding:1.25rem 1rem 3rem}h1{font-size:1.4rem}.headlines dd{font-size:1.3rem}.facts{grid-template-columns:1fr;gap:0}.facts dd{margin-bottom:.5rem}th,td{padding-right:.6rem}}
@media print{body{font-size:10.5pt}main{max-width:none;padding:0}section{margin-top:1.5rem}h2{break-after:avoid}.scroll,.tall{overflow:visible;max-height:none}.figures.small{grid-template-columns:repeat(3,1fr)}pre{background:none;border:1px solid var(--line);white-space:pre-wrap}.figures{grid-template-columns:1fr 1fr}}
)css";

constexpr std::string_view kLeaky = "LEAKY";
constexpr std::string_view kBadge = "<b class=\"leaky\">LEAKY</b>";

/// Text with each line end as a space, none at its end: it flows as wide as the page is.
std::string flowing(std::string_view text) {
  std::string result(text);
  std::replace(result.begin(), result.end(), '\n', ' ');
  result.resize(result.find_last_not_of(' ') + 1);
  return result;
}

/// A cell's text; the word LEAKY at its end as a badge.
std::string cell_html(std::string_view text) {
  if (!text.ends_with(kLeaky)) return escaped(text);
  return fmt::format("{}{}", escaped(text.substr(0, text.size() - kLeaky.size())), kBadge);
}

/// Links to the sections.
std::string contents_html(const std::vector<std::string>& headings) {
  std::string html = "<nav aria-label=\"Contents\"><ol>\n";
  for (std::size_t i = 0; i < headings.size(); ++i) {
    html += fmt::format("<li><a href=\"#s{}\">{}</a></li>\n", i + 1, escaped(headings[i]));
  }
  return html + "</ol></nav>\n";
}

std::string_view side(Page::Align align) { return align == Page::Align::right ? " class=\"right\"" : ""; }

}  // namespace

Page::Page(std::string_view title, std::string_view subtitle) : title_(title) {
  head_ = fmt::format("<header>\n<h1>{}</h1>\n", escaped(title));
  if (!subtitle.empty()) head_ += fmt::format("<p>{}</p>\n", escaped(subtitle));
  head_ += "</header>\n";
}

void Page::section(std::string_view heading) {
  end_details();
  if (in_section_) body_ += "</section>\n";
  headings_.emplace_back(heading);
  body_ += fmt::format("<section id=\"s{}\">\n<h2>{}</h2>\n", headings_.size(), escaped(heading));
  in_section_ = true;
}

void Page::subsection(std::string_view heading) {
  end_details();
  body_ += fmt::format("<h3>{}</h3>\n", escaped(heading));
}

void Page::paragraph(std::string_view text) { body_ += fmt::format("<p>{}</p>\n", escaped(flowing(text))); }

void Page::lead(std::string_view text) { body_ += fmt::format("<p class=\"lead\">{}</p>\n", escaped(flowing(text))); }

void Page::headlines(const std::vector<Headline>& headlines) {
  body_ += "<dl class=\"headlines\">\n";
  for (const auto& headline : headlines) {
    body_ += fmt::format("<div><dt>{}</dt><dd{}>{}", escaped(headline.label), headline.alarm ? " class=\"alarm\"" : "",
                         escaped(headline.value));
    body_ += fmt::format("</dd><dd><small>{}</small></dd></div>\n", escaped(headline.note));
  }
  body_ += "</dl>\n";
}

void Page::table(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows,
                 const TableLook& look) {
  if (!look.title.empty()) body_ += fmt::format("<p class=\"table-title\">{}</p>\n", escaped(look.title));
  body_ += look.tall ? "<div class=\"scroll tall\" tabindex=\"0\">" : "<div class=\"scroll\">";
  body_ += "<table>\n<thead><tr>";
  for (const auto& column : columns) {
    body_ += fmt::format("<th scope=\"col\"{}>{}</th>", side(column.align), escaped(column.title));
  }
  body_ += "</tr></thead>\n<tbody>\n";
  for (const auto& row : rows) {
    body_ += "<tr>";
    for (std::size_t c = 0; c < std::min(row.size(), columns.size()); ++c) {
      const std::string_view tag = c == 0 ? "th" : "td";
      body_ += fmt::format("<{}{}{}>{}</{}>", tag, c == 0 ? " scope=\"row\"" : "", side(columns[c].align),
                           cell_html(row[c]), tag);
    }
    body_ += "</tr>\n";
  }
  body_ += "</tbody></table></div>\n";
  if (!look.note.empty()) body_ += fmt::format("<p class=\"table-note\">{}</p>\n", escaped(look.note));
}

void Page::facts(const std::vector<std::pair<std::string, std::string>>& facts) {
  body_ += "<dl class=\"facts\">\n";
  for (const auto& [name, value] : facts) {
    body_ += fmt::format("<dt>{}</dt><dd>{}</dd>\n", escaped(name), escaped(value));
  }
  body_ += "</dl>\n";
}

void Page::preformatted(std::string_view text) {
  body_ += "<pre>";
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    body_ += escaped(text.substr(begin, end - begin)) + '\n';
    begin = end + 1;
  }
  body_ += "</pre>\n";
}

void Page::figure(const Figure& figure) {
  body_ += "<figure>\n" + figure.svg;
  if (!figure.caption.empty() || !figure.leaky.empty()) body_ += "<figcaption>";
  if (!figure.leaky.empty()) body_ += fmt::format("{} {}. ", kBadge, escaped(figure.leaky));
  body_ += escaped(figure.caption);
  if (!figure.caption.empty() || !figure.leaky.empty()) body_ += "</figcaption>\n";
  body_ += "</figure>\n";
}

void Page::figures(const std::vector<Figure>& figures) {
  body_ += "<div class=\"figures\">\n";
  for (const auto& figure : figures) this->figure(figure);
  body_ += "</div>\n";
}

void Page::small_figures(const std::vector<Figure>& figures) {
  body_ += "<div class=\"figures small\">\n";
  for (const auto& figure : figures) this->figure(figure);
  body_ += "</div>\n";
}

void Page::leaky(std::string_view reason) {
  body_ += fmt::format("<p class=\"leak\">{} {}</p>\n", kBadge, escaped(reason));
}

void Page::notice(Notice kind, std::string_view id, std::string_view text) {
  const std::string_view name = kind == Notice::error ? "error" : kind == Notice::warning ? "warning" : "note";
  body_ += fmt::format("<div class=\"notice {}\"><p class=\"kind\"><b>{}</b> {}</p><p>{}</p></div>\n", name, name,
                       escaped(id), escaped(text));
}

void Page::details(std::string_view summary) {
  end_details();
  body_ += fmt::format("<details>\n<summary>{}</summary>\n", escaped(summary));
  in_details_ = true;
}

void Page::end_details() {
  if (in_details_) body_ += "</details>\n";
  in_details_ = false;
}

std::string Page::str() const {
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n<title>{}</title>\n<style>{}{}</style>\n</head>\n<body>\n"
      "<main>\n{}{}{}",
      escaped(title_), kStyle, chart_css(), head_, with_contents_ ? contents_html(headings_) : "", body_);
  if (in_details_) html += "</details>\n";
  if (in_section_) html += "</section>\n";
  return html + fmt::format(
                    "<footer>Made by netstray {}. This file holds all that it shows.</footer>\n</main>\n"
                    "</body>\n</html>\n",
                    version());
}

}  // namespace netstray
