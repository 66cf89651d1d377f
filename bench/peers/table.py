# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The results as rows of the JSON and as a Markdown table."""
import samples

MOST_NAMES = 4  # of cases, in a line of words


def row_report(row, peaks):
    """One case on one peer, without the others."""
    found = {"case": row.case.name, "peer": row.peer, "status": row.status}
    for key in ("words", "variant", "error", "cosine"):
        if getattr(row, key):
            found[key] = getattr(row, key)
    if row.status != "ok":
        return found
    found["seconds"] = samples.summary(row.seconds)
    found["samples"], found["dropped"] = len(row.seconds), row.dropped
    found["calls_a_sample"] = row.count
    median = found["seconds"]["median"]
    found["flop_per_s"] = row.case.flops / median
    if peaks.get("fma"):
        found["share_of_fma_peak"] = found["flop_per_s"] / peaks["fma"]
    if row.case.bytes and peaks.get("memory"):
        found["bytes_per_s"] = row.case.bytes / median
        found["share_of_memory_peak"] = found["bytes_per_s"] / peaks["memory"]
    return found


def best_peer(reports):
    """The fastest that was timed and is not heddle; None without one."""
    timed = [report for report in reports
             if report["status"] == "ok" and report["peer"] != "heddle"]
    return min(timed, default=None, key=lambda r: r["seconds"]["median"])


def case_reports(rows, peaks):
    """The rows of one case, with how many times as fast as the best peer."""
    found = [row_report(row, peaks) for row in rows]
    best = best_peer(found)
    for report in found:
        if best and report["status"] == "ok":
            report["times_best_peer"] = (best["seconds"]["median"]
                                         / report["seconds"]["median"])
    return found


def milliseconds(seconds):
    return f"{seconds * 1e3:#.3g}".rstrip(".") if seconds < 1 else (
        f"{seconds * 1e3:.0f}")


def cell(report):
    """Milliseconds (p10, p90), then the share of the limit."""
    if report is None:
        return ""
    if report["status"] != "ok":
        return report["status"]
    time = {key: milliseconds(value)
            for key, value in report["seconds"].items()}
    share = report.get("share_of_memory_peak", report.get("share_of_fma_peak"))
    text = f"{time['median']} ({time['p10']}, {time['p90']})"
    text += f" {share:.0%}" if share is not None else ""
    # A peer's way is named beside the best; heddle has one, or says why not.
    return text + (f" {report['variant']}" if report["peer"] == "heddle"
                   and report.get("variant") else "")


def line(case, found, peers):
    """A line of the table: a cell a peer, and who is ahead."""
    ours, best = found.get("heddle"), best_peer(found.values())
    if ours is None or ours["status"] != "ok":
        ours = {}
    speed = f"{ours['flop_per_s'] / 1e9:.0f}" if ours else ""
    name = " ".join(filter(None, [best["peer"], best.get("variant")])
                    ) if best else ""
    ratio = f"**{ours['times_best_peer']:.2f}**" if ours and best else ""
    alike = "/".join(f"{one['cosine']:.4f}" for one in (ours, best or {})
                     if one.get("cosine") and not case.endswith(" f32"))
    cells = [cell(found.get(peer)) for peer in peers]
    return "| " + " | ".join([case, *cells, speed, name, ratio, alike]) + " |"


def words(reports):
    """What could not be timed, in the peers' words; equal ones once."""
    cases = {}
    for report in reports:
        if report["status"] != "ok":
            key = (report["peer"], report["status"], report.get("words", ""))
            cases.setdefault(key, []).append(report["case"])
    return [f"- {peer}: {status}: {why} ("
            + (", ".join(names) if len(names) <= MOST_NAMES
               else f"{len(names)} cases") + ")"
            for (peer, status, why), names in cases.items()]


def markdown(reports, peers, opening=""):
    """A line a case and a column a peer; then what could not be timed."""
    columns = ["case", *peers, "GFLOP/s", "best peer", "ratio", "cosine"]
    lines = [opening, ""] if opening else []
    lines += ["| " + " | ".join(columns) + " |", "| --- " * len(columns) + "|"]
    by_case = {}
    for report in reports:
        by_case.setdefault(report["case"], {})[report["peer"]] = report
    lines += [line(case, found, peers) for case, found in by_case.items()]
    rest = words(reports)
    return "\n".join(lines + ([""] + rest if rest else [])) + "\n"
