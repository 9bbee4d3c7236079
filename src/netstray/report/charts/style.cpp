#include "netstray/report/chart.h"

namespace netstray {

std::string_view chart_css() noexcept {
  return R"css(.chart{--c-ink:#1b1f24;--c-soft:#57606a;--c-grid:#e3e6ea;--c-normal:#0072b2;--c-attack:#d55e00;--c-2:#009270;--c-3:#b5559a;--c-4:#b07c00;--c-5:#3a93cc;--c-7:#8a4f1d;--c-8:#6a66cc;--c-9:#808890;--c-land:#d2d8d3;--c-tone:.62;--c-pale:.22;--c-sea:#f5f8fb;
font:13px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;max-width:100%;height:auto}
.chart text{fill:var(--c-ink)}.chart .title{font-weight:600;font-size:14px}
.chart .tick{fill:var(--c-soft);font-size:12px;font-variant-numeric:tabular-nums}
.chart .label{fill:var(--c-soft)}.chart .key{font-size:12px}
.chart .figure{font-size:22px;font-weight:600;font-variant-numeric:tabular-nums}
.chart .grid{stroke:var(--c-grid);stroke-width:1}.chart .axis{stroke:var(--c-soft);stroke-width:1}
.chart .guess{fill:none;stroke:var(--c-soft);stroke-width:1.2;stroke-dasharray:5 4}
.chart .cut{stroke:var(--c-ink);stroke-width:1.5;stroke-dasharray:2 3}
.chart .cell{stroke:var(--c-page,#fff);stroke-width:3}.chart .right{fill:var(--c-normal)}.chart .wrong{fill:var(--c-attack)}
.chart .fine{stroke:var(--c-soft);stroke-width:1}.chart .halo{paint-order:stroke;stroke:var(--c-page,#fff);stroke-width:3px;stroke-linejoin:round}
.chart .small{font-size:11px;font-variant-numeric:tabular-nums}.chart .soft{fill:var(--c-soft)}.chart .strong{font-weight:600}
.chart .s0,.chart .c0{--s:var(--c-normal)}.chart .s1,.chart .c1{--s:var(--c-attack)}.chart .s2{--s:var(--c-2)}.chart .s3{--s:var(--c-3)}.chart .s4{--s:var(--c-4)}
.chart .s5{--s:var(--c-5)}.chart .s6{--s:var(--c-ink)}.chart .s7{--s:var(--c-7)}.chart .s8{--s:var(--c-8)}.chart .s9{--s:var(--c-9)}
.chart .line{fill:none;stroke:var(--s);stroke-width:2;stroke-linejoin:round}.chart .thin{stroke-width:1.3}
.chart .s1.line{stroke-dasharray:8 3}.chart .s2.line{stroke-dasharray:2 2.4}.chart .s3.line{stroke-dasharray:9 3 2 3}.chart .s4.line{stroke-dasharray:14 3}
.chart .s5.line{stroke-dasharray:5 2}.chart .s6.line{stroke-dasharray:1 3}.chart .s7.line{stroke-dasharray:9 2 2 2 2 2}.chart .s8.line{stroke-dasharray:4 4}.chart .s9.line{stroke-dasharray:16 4 3 4}
.chart .c1.line{stroke-dasharray:5 2}.chart .mirror.line{stroke-width:1.3;stroke-dasharray:1.5 3}.chart .solid.line{stroke-dasharray:none}
.chart .fill{fill:var(--s)}.chart .area{fill:var(--s);fill-opacity:.24}.chart .pale{fill:var(--s);fill-opacity:var(--c-pale)}.chart .tone{fill:var(--s);fill-opacity:var(--c-tone)}
.chart .dot{fill:var(--s);stroke:var(--c-page,#fff);stroke-width:1.3}.chart .ring{fill:none;stroke:var(--c-ink);stroke-width:1.8}
.chart .points{fill:none;stroke:var(--s);stroke-linecap:round;stroke-width:3;stroke-opacity:var(--c-tone)}
.chart .box{stroke:var(--c-ink);stroke-width:7;stroke-linecap:butt}.chart .median{fill:var(--c-page,#fff);stroke:var(--c-ink);stroke-width:1.5}
.chart .panel{fill:none;stroke:var(--c-grid);stroke-width:1}
.chart .land{fill:var(--c-land);fill-rule:evenodd}.chart .strayed{fill:var(--c-attack);stroke:var(--c-page,#fff);stroke-width:1.3}.chart .sea{fill:var(--c-sea)}.chart .graticule{stroke:var(--c-grid);stroke-width:.7;fill:none}
.chart .bar{fill:var(--c-normal);fill-opacity:.32}.chart .rest{fill:var(--c-grid);fill-opacity:.55}
.chart .shade0{fill-opacity:.04}.chart .shade1{fill-opacity:.08}.chart .shade2{fill-opacity:.12}.chart .shade3{fill-opacity:.16}
.chart .shade4{fill-opacity:.2}.chart .shade5{fill-opacity:.24}.chart .shade6{fill-opacity:.28}.chart .shade7{fill-opacity:.32}
.chart .shade8{fill-opacity:.36}.chart .shade9{fill-opacity:.4}.chart .shade10{fill-opacity:.44}
@media screen and (prefers-color-scheme:dark){.chart{--c-ink:#e6e8eb;--c-soft:#a2abb5;--c-grid:#2d333b;--c-normal:#56b4e9;--c-attack:#e69f00;--c-2:#2fc79b;--c-3:#e08fc4;--c-4:#f0dc5a;--c-5:#a5dcff;--c-7:#d19461;--c-8:#a7a3ff;--c-9:#949da6;--c-land:#333a41;--c-tone:.82;--c-pale:.34;--c-sea:#191d23;--c-page:#14171b}}
)css";
}

}  // namespace netstray
