/// The page's style sheet.
enum HTMLStyle {
  static let text = """
    :root{color-scheme:light dark;--ink:#1d2430;--paper:#fff;--faint:#5b6573;--line:#d8dde4;--good:#1a7f42;--warn:#9a6700;\
    --bad:#b42318;--unknown:#7a3e9d;--p50:#2f6fd0;--p95:#c2571a;--p99:#8a4fbf}
    @media (prefers-color-scheme:dark){:root{--ink:#e6eaf0;--paper:#12161d;--faint:#9aa6b5;--line:#2c3541;--good:#4cc27f;\
    --warn:#e0b040;--bad:#ff7b6b;--unknown:#c896ea;--p50:#7fb0ff;--p95:#ffa067;--p99:#c9a0f5}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
    main{max-width:72rem;margin:0 auto;padding:1rem}
    header{border-left:.5rem solid var(--faint);padding:.25rem 1rem;margin-bottom:1.5rem}
    header.ok{border-color:var(--good)}header.warning{border-color:var(--warn)}
    header.critical{border-color:var(--bad)}header.unknown{border-color:var(--unknown)}
    h1{font-size:1.5rem;margin:0;overflow-wrap:anywhere}h2{font-size:1.15rem;margin:1.5rem 0 .5rem}
    h3{font-size:1rem;margin:1rem 0 .25rem;overflow-wrap:anywhere}
    .ok .word{color:var(--good)}.warning .word{color:var(--warn)}.critical .word{color:var(--bad)}
    .unknown .word{color:var(--unknown)}
    .reason{font-size:1.1rem;margin:.25rem 0;overflow-wrap:anywhere}
    .facts{color:var(--faint);margin:0;overflow-wrap:anywhere}
    .wide{overflow-x:auto}
    table{border-collapse:collapse;font-variant-numeric:tabular-nums;white-space:nowrap}
    th,td{padding:.3rem .6rem;border-bottom:1px solid var(--line);text-align:right}
    th:first-child{text-align:left}thead th{color:var(--faint);font-weight:normal}
    .bad{color:var(--bad);font-weight:bold}.warn{color:var(--warn)}
    details{border-left:.25rem solid var(--line);padding:.25rem .75rem;margin:.5rem 0}
    details.critical{border-color:var(--bad)}details.warning{border-color:var(--warn)}
    summary,li{overflow-wrap:anywhere}
    svg{display:block;width:100%;max-width:60rem;height:auto}
    svg text{fill:var(--faint);font-size:12px}
    @media (max-width:40rem){svg text{font-size:23px}}
    .axis{stroke:var(--line);stroke-width:1}.p50,.p95,.p99{fill:none;stroke-width:2}
    .p50{stroke:var(--p50)}.p95{stroke:var(--p95)}.p99{stroke:var(--p99)}
    .key span{margin-right:1rem;white-space:nowrap}.key i{display:inline-block;width:.8em;height:.8em;margin-right:.3em}
    .fgood{fill:var(--good)}.fwarn{fill:var(--warn)}.fbad{fill:var(--bad)}.fnone{fill:var(--line)}
    """
}
