"""Drive times side by side: ours against scipy and other libraries, on one graph, the same pairs checked equal.

    python bench/drive_times.py COUNTRY.npz ... [--shared DIR] [--json FILE] [--peers-python PYTHON]

COUNTRY.npz are invented countries (arrays `tail, head, ds, lon, lat, cell_node, site_node`). With --shared the real
networks of that folder are measured too (Finland's state roads; Europe's part of the world's highways with all
inhabited squares), and --make N,C,S makes an invented country with the folder's tool, once, in the cache outside the
repository.

Every engine runs in a process of its own, on one core, and is measured in CPU seconds; scipy runs first and last. All
get the same network, its nodes renumbered along a Hilbert curve. Peers that are not installed are skipped with a word;
--peers-python names an interpreter that has them. Peers without a cut-off work out everything and are cut afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
PEERS = ("networkit", "igraph", "routingkit-cch", "pandana", "rustworkx")
SLOW_PEERS = {"pandana": 400_000, "rustworkx": 400_000, "routingkit-cch": 1_000_000}
FULL = 655_344
CLASS_KMH = {"national": 88, "main": 80, "regional": 72, "connecting": 58}


def cache() -> Path:
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tunti-bench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def made(shared: Path, sizes: str) -> Path:
    """Make an invented country with the shared folder's tool, or take it from the cache."""
    n, c, s = sizes.split(",")
    path = cache() / f"country_N{n}_C{c}_S{s}_seed1.npz"
    if not path.exists():
        aside = path.with_name(f"{os.getpid()}-{path.name}")
        tool = shared / "tools" / "road_country.py"
        subprocess.run(
            [sys.executable, tool, aside, "--nodes", n, "--cells", c, "--sites", s, "--seed", "1"], check=True
        )
        os.replace(aside, path)
    return path


def problem(x, y, tail, head, ds, cell_node, site_node):
    """Renumber the nodes along a curve, keep the fastest of parallel arcs, sort by tail."""
    from tunti.network.order import spatial_order

    order = spatial_order(np.asarray(x, float), np.asarray(y, float))
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    n = len(order)
    key = rank[tail].astype(np.int64) * n + rank[head]
    by = np.lexsort((ds, key))
    key, ds = key[by], ds[by]
    first = np.r_[True, key[1:] != key[:-1]] & (key // n != key % n)
    key, ds = key[first], ds[first]
    indptr = np.zeros(n + 1, np.int32)
    np.cumsum(np.bincount(key // n, minlength=n), out=indptr[1:])
    return {
        "indptr": indptr, "head": (key % n).astype(np.int32), "ds": ds.astype(np.uint32),
        "x": np.asarray(x, float)[order], "y": np.asarray(y, float)[order],
        "cell_node": rank[cell_node], "site_node": rank[site_node],
    }  # fmt: skip


def country(path: Path):
    with np.load(path) as z:
        x, y = z["lon"].astype(float) * 55_600, z["lat"].astype(float) * 111_200
        return problem(x, y, z["tail"], z["head"], z["ds"], z["cell_node"], z["site_node"])


def finland(shared: Path):
    """Give the state roads: inhabited 5 km squares to the municipalities' seats, each at its nearest node."""
    import pandas as pd
    from scipy.spatial import cKDTree

    folder = shared / "data" / "finland"
    nodes, links = pd.read_csv(folder / "road_nodes.csv"), pd.read_csv(folder / "road_links.csv")
    cells, seats = pd.read_csv(folder / "grid_5km_2018.csv"), pd.read_csv(folder / "municipality_seats.csv")
    at = pd.Series(np.arange(len(nodes)), nodes["node"])
    a, b = at[links["a"]].to_numpy(), at[links["b"]].to_numpy()
    kmh = links["cls"].map(CLASS_KMH).fillna(45).to_numpy()
    ds = np.maximum(1, np.round(links["km"].to_numpy() / kmh * 36_000)).astype(np.uint32)
    flat = np.array([0.45, 1.0])  # a degree of longitude is about this much of one of latitude
    tree = cKDTree(nodes[["lon", "lat"]].to_numpy() * flat)

    def near(frame):
        return tree.query(frame[["lon", "lat"]].to_numpy() * flat)[1]

    return problem(nodes["x"], nodes["y"], np.r_[a, b], np.r_[b, a], np.r_[ds, ds], near(cells), near(seats))


def europe(shared: Path, sites: int = 1_000):
    """Give Europe's part of the world's highways: every inhabited square to the squares with most people."""
    import pandas as pd
    from pyproj import Transformer
    from scipy.spatial import cKDTree

    folder = shared / "data" / "europe"
    cells = pd.read_parquet(folder / "grid_5km_2018.parquet")
    with np.load(folder / "world_highways_csr.npz") as z:
        latlon, indptr, head, km = z["latlon"], z["indptr"], z["indices"], z["km"]
    inside = (np.abs(latlon[:, 0] - 53) < 20) & (latlon[:, 1] > -26) & (latlon[:, 1] < 46)
    x, y = np.full(len(latlon), np.inf), np.full(len(latlon), np.inf)
    to = Transformer.from_crs(4326, 3035, always_xy=True)
    x[inside], y[inside] = to.transform(latlon[inside, 1], latlon[inside, 0])
    inside &= (x > cells["x"].min()) & (x < cells["x"].max()) & (y > cells["y"].min()) & (y < cells["y"].max())
    number = np.cumsum(inside) - 1
    tail = np.repeat(np.arange(len(latlon)), np.diff(indptr))
    arc = inside[tail] & inside[head]
    ds = np.maximum(1, np.round(km[arc] / 80 * 36_000)).astype(np.uint32)
    x, y = x[inside], y[inside]
    near = cKDTree(np.column_stack([x, y])).query(cells[["x", "y"]].to_numpy() + 2_500)[1]
    most = near[np.argsort(-cells["population"].to_numpy(), kind="stable")[:sites]]
    return problem(x, y, number[tail[arc]], number[head[arc]], ds, near, most)


def child(python, engine, path, cutoff, sample, of, passes):
    """Run an engine in a process of its own; give its figures and what it found."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.npz"
        command = [python, HERE / "drive_times_engines.py", engine, path, out, "--cutoff", str(cutoff)]
        done = subprocess.run(
            [*map(str, command), "--sample", str(sample), "--of", str(of), "--passes", str(passes)],
            capture_output=True,
            text=True,
        )
        if done.returncode:
            last = done.stderr.strip().splitlines()
            return {"missing": f"{engine} failed: {last[-1] if last else done.returncode}"}, None
        with np.load(out) as z:
            figures = json.loads(str(z["figures"]))
            if "missing" in figures:
                return figures, None
            return figures, dict(zip(z["sample"].tolist(), z["rows"], strict=True))


def mismatches(want, got, seconds_only):
    """Count pairs that differ, over the sites that both have."""
    both = want.keys() & got.keys()
    wrong = 0
    for j in both:
        a, b = want[j].astype(np.int64), got[j].astype(np.int64)
        far = a == 0xFFFFFFFF
        if seconds_only:
            a, b = np.where(far, -1, (a + 5) // 10), np.where(b == 0xFFFFFFFF, -1, b // 10)
        wrong += int((a != b).sum())
    return wrong, len(both) * len(next(iter(want.values())))


def measure(name, p, cutoff, args, engines, samples):
    """Measure engines on a problem and print a table."""
    nodes, arcs = len(p["indptr"]) - 1, len(p["head"])
    cells, sites = len(p["cell_node"]), len(p["site_node"])
    limit = "full table" if cutoff == FULL else f"{cutoff / 600:g} minutes"
    print(f"\n{name}: {nodes:,} nodes, {arcs:,} arcs, {cells:,} cells, {sites:,} sites, {limit}")
    print(
        f"{'engine':>16} {'ms/site':>10} {'x scipy':>9} {'setup s':>8} {'peak MB':>8} {'pairs':>11} {'wrong':>6}  notes"
    )
    rows, base, want = [], None, None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "problem.npz"
        np.savez(path, **p)
        for engine in engines:
            if nodes > SLOW_PEERS.get(engine, nodes) and not args.all_peers:
                print(f"{engine:>16} skipped: takes too long above {SLOW_PEERS[engine]:,} nodes")
                continue
            python = args.peers_python if engine in PEERS else sys.executable
            own = engine in ("search", "sweep")
            few = samples[0 if engine in PEERS else 1]
            figures, found = child(python, engine, path, cutoff, few, samples[1], 3 if own else 1)
            if found is None:
                print(f"{engine:>16} skipped: {figures['missing']}")
                continue
            if engine == "scipy":
                again = want is not None
                base = figures["ms_per_site"] if base is None else min(base, figures["ms_per_site"])
                want = want or found
                figures["note"] = "again, last" if again else "first"
            wrong, pairs = mismatches(want, found, figures.get("seconds_only", False)) if want else (0, 0)
            figures |= {
                "network": name,
                "cutoff_ds": cutoff,
                "engine_name": engine,
                "pairs_checked": pairs,
                "wrong": wrong,
            }
            rows.append(figures)
            print(line(engine, figures, base))
    for figures in rows:
        figures["times_scipy"] = base / figures["ms_per_site"] if base else None
    print(f"{'':>16} ratios against the better run of scipy, {base or 0:.2f} ms per site:")
    for figures in rows:
        if figures["engine_name"] in ("search", "sweep"):
            text = f"{'':>16} {figures['engine_name']}: {figures['times_scipy']:.1f} x scipy"
            if "times_bound" in figures:
                text += (
                    f"; {figures['times_bound']:.2f} x the memory-bandwidth bound of {figures['bound_ms']:.4f} ms "
                    f"({figures['triad_gb_s']:.1f} GB/s, {figures['swept_rows']:,.0f} rows, "
                    f"{figures['swept_arcs']:,.0f} arcs a sweep of {figures['lanes']}); "
                    f"{figures['times_bound_whole_network']:.2f} x the bound with all {nodes:,} nodes and "
                    f"{figures['folded_arcs']:,} arcs"
                )
            print(text)
    return rows


def line(engine, f, base):
    notes = [f.get("note", "")]
    if "order_s" in f:
        notes.append(
            f"order {f['order_s']:.1f} s, fold {f['fold_s']:.1f} s, new weights {f['new_weights_s']:.1f} s, "
            f"cut {f['cut_s']:.2f} s"
        )
    if "first_use_s" in f:
        notes.append(f"first use {f['first_use_s']:.1f} s")
    if "all_cores_ms" in f:
        notes.append(f"{f['all_cores_ms']:.3f} ms on all cores")
    if "engine" in f:
        notes.append(f"{f['engine']} chosen, {f['cpu_s']:.1f} CPU s in all")
    ratio = f"{base / f['ms_per_site']:9.1f}" if base else f"{'':>9}"
    setup = f"{f['setup_s']:8.2f}" if "setup_s" in f else f"{'':>8}"
    return (
        f"{engine:>16} {f['ms_per_site']:10.3f} {ratio} {setup} {f['peak_mb']:8,.0f} {f['pairs_checked']:11,} "
        f"{f['wrong']:6}  {'; '.join(n for n in notes if n)}"
    )


def main() -> int:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("countries", nargs="*", type=Path)
    ap.add_argument("--shared", type=Path, help="folder with the real networks and the tool")
    ap.add_argument("--make", action="append", default=[], metavar="N,C,S", help="nodes, cells, sites; needs --shared")
    ap.add_argument("--only", help="engines to run, with commas between them")
    ap.add_argument("--cutoffs", default="36000,655344", help="tenths of a second; 655344 is the full table")
    ap.add_argument("--table", action="store_true", help="also make the whole sparse table as the product does")
    ap.add_argument("--no-real", action="store_true", help="leave out the real networks")
    ap.add_argument("--all-peers", action="store_true", help="also those that take many minutes on a large network")
    ap.add_argument("--peers-python", default=sys.executable)
    ap.add_argument("--json", type=Path)
    args = ap.parse_args()
    problems = [(path.stem, lambda path=path: country(path)) for path in args.countries]
    if args.shared:
        problems += [(made(args.shared, s).stem, lambda s=s: country(made(args.shared, s))) for s in args.make]
        if not args.no_real:
            problems += [("Finland, state roads", lambda: finland(args.shared))]
            problems += [("Europe, highways", lambda: europe(args.shared))]
    rows = []
    for name, load in problems:
        p = load()
        large = len(p["indptr"]) > 1_000_000
        for cutoff in map(int, args.cutoffs.split(",")):
            engines = ["scipy", "search", "sweep", *PEERS, "scipy"]
            if cutoff == FULL:
                engines.remove("search")
            if args.table and cutoff != FULL:
                engines.append("table")
            if args.only:
                engines = [e for e in engines if e in args.only.split(",")]
            # Sites that scipy and ours are compared on, and how many the slower peers get.
            few = (3, 6) if large and cutoff == FULL else (3, 60) if large else (5, 60)
            rows += measure(name, p, cutoff, args, engines, few)
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1))
    return 1 if any(r["wrong"] for r in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
