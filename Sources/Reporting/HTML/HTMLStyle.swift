/// The page's style sheet.
enum HTMLStyle {
  static let text = """
    :root{color-scheme:light dark;--ink:#1d2430;--paper:#fff;--raised:#f4f6f9;--range:#a9c3ea;--faint:#5b6573;--line:#d8dde4;--good:#1a7f42;--warn:#9a6700;\
    --bad:#b42318;--unknown:#7a3e9d;--p50:#2f6fd0;--p95:#c2571a;--p99:#8a4fbf}
    @media (prefers-color-scheme:dark){:root{--ink:#e6eaf0;--paper:#12161d;--raised:#1a2029;--range:#34527f;--faint:#9aa6b5;--line:#2c3541;--good:#4cc27f;\
    --warn:#e0b040;--bad:#ff7b6b;--unknown:#c896ea;--p50:#7fb0ff;--p95:#ffa067;--p99:#c9a0f5}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
    main{max-width:80rem;margin:0 auto;padding:1rem}
    header{border-left:.5rem solid var(--faint);padding:.75rem 1rem;margin-bottom:1.5rem;background:var(--raised);\
    border-radius:0 .4rem .4rem 0}
    header.ok{border-color:var(--good)}header.warning{border-color:var(--warn)}
    header.critical{border-color:var(--bad)}header.unknown{border-color:var(--unknown)}
    h1{font-size:1.5rem;margin:0;overflow-wrap:anywhere}h2{font-size:1.15rem;margin:1.5rem 0 .5rem}
    h3{font-size:1rem;margin:1rem 0 .25rem;overflow-wrap:anywhere}
    .ok .word{color:var(--good)}.warning .word{color:var(--warn)}.critical .word{color:var(--bad)}
    .unknown .word{color:var(--unknown)}
    .reason{font-size:1.1rem;margin:.25rem 0;overflow-wrap:anywhere}
    .facts{color:var(--faint);margin:0;overflow-wrap:anywhere}
    .wide{overflow-x:auto}
    table{border-collapse:collapse;font-variant-numeric:tabular-nums;white-space:nowrap;font-size:.9rem;width:100%}
    th,td{padding:.35rem .45rem;border-bottom:1px solid var(--line);text-align:right}
    th:first-child{text-align:left;padding-left:0;position:sticky;left:0;background:var(--paper)}
    thead th{color:var(--faint);font-weight:normal}tbody th{white-space:normal;overflow-wrap:anywhere;min-width:9rem}
    @media (max-width:40rem){table,tbody,th,td{display:block}thead{display:none}\
    tbody tr{display:grid;grid-template-columns:1fr 1fr;column-gap:1.5rem;padding:.4rem 0;border-bottom:1px solid var(--line)}\
    tbody th,td.words{grid-column:1/-1}tbody th,td{padding:.1rem 0;border:0}td{display:flex;justify-content:space-between}\
    td::before{content:attr(data-heading);color:var(--faint);font-weight:normal}td.words::before{content:none}}
    .words{text-align:left}
    .nil{color:var(--faint)}
    .bad{color:var(--bad);font-weight:bold}.warn{color:var(--warn)}
    details{border-left:.25rem solid var(--line);padding:.25rem .75rem;margin:.5rem 0}
    details.critical{border-color:var(--bad)}details.warning{border-color:var(--warn)}
    details.resolved{border-color:var(--line)}details.acknowledged{border-left-style:dotted}
    summary,li{overflow-wrap:anywhere}
    figure{margin:.75rem 0 0}
    figcaption{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem;font-size:.85rem;margin-bottom:.25rem}
    .plot{display:grid;grid-template-columns:4.6rem minmax(0,1fr);column-gap:.5rem;font-size:.75rem;line-height:1;\
    color:var(--faint);font-variant-numeric:tabular-nums}
    .y{display:flex;flex-direction:column;justify-content:space-between;text-align:right;white-space:nowrap}
    .x{display:flex;justify-content:space-between;border-top:1px solid var(--line);padding-top:.4rem;margin-top:.5rem}
    svg{display:block;width:100%;overflow:visible}.chart{height:6.5rem}.strip{height:1.1rem}
    path{fill:none;stroke-width:1.75;stroke-linejoin:round;stroke-linecap:round;vector-effect:non-scaling-stroke}
    .axis{stroke:var(--line);stroke-width:1}.dot{stroke-width:6}
    .p50{stroke:var(--p50)}.p95{stroke:var(--p95)}.p99{stroke:var(--p99)}.range{stroke:var(--range)}
    .bar{vector-effect:none;stroke-width:.85;stroke-linecap:butt}
    .key span{margin-left:.9rem;white-space:nowrap;color:var(--faint)}.key i{display:inline-block;width:.7em;height:.7em;\
    margin-right:.3em;border-radius:.15em}
    @media (max-width:40rem){.key span{margin:0 .9rem 0 0}.x span:nth-child(2){display:none}.chart{height:5.5rem}\
    .plot{grid-template-columns:3.6rem minmax(0,1fr);font-size:.7rem}}
    .fgood{fill:var(--good)}.fwarn{fill:var(--warn)}.fbad{fill:var(--bad)}.fnone{fill:var(--line)}
    """
}
