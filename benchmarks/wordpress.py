"""Collecting from a real WordPress on loopback: what a first, a second and later passes bring and cost.

    python -m benchmarks.wordpress [--posts 120]

Needs Debian's packages wordpress, one of its themes, php-cli, php-mysql and mariadb-server, and runs them in
a temporary folder: a database behind a socket, PHP's own server on a free port. Posts are written, edited,
moved and deleted by WordPress itself; passes are a day apart on the collector's clock. WordPress answers
conditional requests for feeds by itself, and for posts as soon as a caching plugin does; ``--bare`` leaves
the plugin (ten lines, below) away.
"""

import argparse
import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from index.article import Article, Failure
from index.collect.addresses import Allowance
from index.collect.collector import Collector, PassReport
from index.collect.fetch import Fetcher
from index.collect.hosts import Manners
from index.indexer import AddReport, Indexed
from index.store.database import Database
from index.store.recording import article_id

WORDPRESS = Path("/usr/share/wordpress")
NEEDED = ("php", "mariadbd", "mariadb-install-db")

_CONFIG = """<?php
define('DB_NAME', 'wordpress'); define('DB_USER', 'root'); define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{socket}'); define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_HOME', '{base}'); define('WP_SITEURL', '{base}');
define('DISABLE_WP_CRON', true); define('AUTOMATIC_UPDATER_DISABLED', true);
define('WP_HTTP_BLOCK_EXTERNAL', true); define('WP_DEBUG', false);
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""
_ROUTER = """<?php
$path = __DIR__ . parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if (is_file($path) && !str_ends_with($path, '.php')) return false;
$_SERVER['SCRIPT_NAME'] = '/index.php';
require __DIR__ . '/index.php';
"""
_SITEMAPS = """<?php
add_filter('wp_sitemaps_max_urls', fn() => 50);
"""
_CACHING = """<?php
add_action('template_redirect', function () {
    if (!is_singular()) return;
    $tag = '"' . md5(get_the_ID() . get_post_modified_time('U', true)) . '"';
    header('ETag: ' . $tag);
    header('Last-Modified: ' . gmdate('D, d M Y H:i:s', get_post_modified_time('U', true)) . ' GMT');
    if (wp_unslash($_SERVER['HTTP_IF_NONE_MATCH'] ?? '') === $tag) { status_header(304); exit; }
}, 20);
"""
_INSTALL = """<?php
define('WP_INSTALLING', true);
require __DIR__ . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Harbour Gazette', 'editor', 'editor@example.org', true, '', 'not-a-secret');
switch_theme(array_key_first(wp_get_themes()));
update_option('permalink_structure', '/%year%/%monthnum%/%postname%/');
global $wp_rewrite; $wp_rewrite->init(); $wp_rewrite->flush_rules(false);
$all = ["post_type" => ["post", "page"], "numberposts" => -1];
foreach (get_posts($all) as $post) wp_delete_post($post->ID, true);
"""
_POST = """<?php
require __DIR__ . '/wp-load.php';
foreach (json_decode(stream_get_contents(STDIN), true) as $post) {
    $id = wp_insert_post($post + ['post_status' => 'publish', 'post_author' => 1], true);
    echo is_wp_error($id) ? $id->get_error_message() : get_permalink($id), "\\n";
}
"""
_CHANGE = """<?php
require __DIR__ . '/wp-load.php';
$change = json_decode(stream_get_contents(STDIN), true);
$post = get_page_by_path($change['name'], OBJECT, 'post');
if ($change['what'] === 'delete') wp_delete_post($post->ID, true);
else wp_update_post(['ID' => $post->ID] + $change['fields']);
echo get_permalink($post->ID);
"""


@dataclass
class Shelf:
    """An intake that only counts: embedding has its own benchmark."""

    articles: dict[str, Article] = field(default_factory=dict)

    def add(
        self,
        found: Iterable[Article | Failure],
        *,
        each: Callable[[Indexed | Failure], None] = lambda _: None,
    ) -> AddReport:
        """Keep the articles."""
        report = AddReport()
        for one in found:
            if isinstance(one, Failure):
                report.failed.append(one)
                each(one)
                continue
            identifier = article_id(one.identity)
            before = self.articles.get(identifier)
            self.articles[identifier] = one
            report.added += before is None
            report.unchanged += before is not None and before.text == one.text
            report.updated += before is not None and before.text != one.text
            outcome: Any = (
                "added" if before is None else "unchanged" if before.text == one.text else "updated"
            )
            each(Indexed(id=identifier, outcome=outcome, source=one.source, title=one.title, passages=1))
        return report

    def recover(self) -> None:
        """Nothing is derived here."""


@dataclass
class Site:
    """A WordPress at ``base``, in ``folder``."""

    base: str
    folder: Path

    def run(self, script: str, given: object = None) -> str:
        """Run a script of PHP inside of it."""
        path = self.folder / "script.php"
        path.write_text(script)
        done = subprocess.run(
            ["php", str(path)], input=json.dumps(given), capture_output=True, text=True, cwd=self.folder
        )
        if done.returncode:
            raise SystemExit(f"PHP failed: {done.stdout[-500:]} {done.stderr[-500:]}")
        return done.stdout.strip()

    def write(self, posts: list[dict[str, str]]) -> list[str]:
        """Publish posts; their addresses."""
        return self.run(_POST, posts).splitlines()

    def change(self, name: str, **fields: str) -> str:
        """Change a post; its address by now."""
        return self.run(_CHANGE, {"what": "change", "name": name, "fields": fields})

    def delete(self, name: str) -> None:
        """Delete a post for good."""
        self.run(_CHANGE, {"what": "delete", "name": name})


@contextmanager
def wordpress(folder: Path, *, caching: bool) -> Iterator[Site]:
    """A fresh WordPress with a database of its own."""
    data, socket_ = folder / "db", folder / "db.sock"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    user = ["--user=root"] if os.getuid() == 0 else []
    options = ["--no-defaults", f"--datadir={data}", *user]
    subprocess.run(
        ["mariadb-install-db", *options, "--auth-root-authentication-method=normal", "--skip-test-db"],
        check=True,
        **quiet,  # type: ignore[call-overload]  # of one kind
    )
    database = subprocess.Popen(
        ["mariadbd", *options, f"--socket={socket_}", "--skip-networking", f"--pid-file={folder / 'db.pid'}"],
        **quiet,  # type: ignore[call-overload]  # the same
    )
    root = folder / "www"
    shutil.copytree(WORDPRESS, root, symlinks=False, ignore_dangling_symlinks=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{free.getsockname()[1]}"
    (root / "wp-config.php").write_text(_CONFIG.format(socket=socket_, base=base))
    (root / "router.php").write_text(_ROUTER)
    plugins = root / "wp-content" / "mu-plugins"
    plugins.mkdir(parents=True, exist_ok=True)
    (plugins / "sitemaps.php").write_text(_SITEMAPS)
    if caching:
        (plugins / "caching.php").write_text(_CACHING)
    server = None
    try:
        _wait(lambda: socket_.exists(), "the database")
        create = "CREATE DATABASE wordpress"
        subprocess.run(
            ["mariadb", "--no-defaults", f"--socket={socket_}", "-uroot", "-e", create], check=True
        )
        site = Site(base, root)
        site.run(_INSTALL)
        server = subprocess.Popen(
            ["php", "-S", base.removeprefix("http://"), "-t", str(root), str(root / "router.php")],
            env={**os.environ, "PHP_CLI_SERVER_WORKERS": "4"},
            start_new_session=True,  # its workers do not end with it
            **quiet,  # type: ignore[call-overload]  # the same
        )
        _wait(lambda: _answers(f"{base}/feed/"), "WordPress")
        yield site
    finally:
        if server is not None:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(30)
        database.terminate()
        database.wait(30)


def _wait(done: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 90
    while not done():
        if time.monotonic() > end:
            raise SystemExit(f"{what} did not come up")
        time.sleep(0.3)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=20).status_code == 200
    except httpx.TransportError:
        return False


def post(n: int) -> dict[str, str]:
    """A post of its own."""
    sentences = " ".join(
        f"Ship {n} brought crate {m} of fish to quay {n % 7} before the tide turned at {m} o'clock."
        for m in range(2, 14)
    )
    day = datetime.now(UTC) - timedelta(hours=7 * n + 1)
    return {
        "post_title": f"Ship {n} arrives in the harbour",
        "post_name": f"ship-{n}-arrives",
        "post_content": f"<p>{sentences}</p><p>The harbour master saw ship {n} at noon, he said.</p>",
        "post_date": f"{day:%Y-%m-%d %H:%M:%S}",
        "post_date_gmt": f"{day:%Y-%m-%d %H:%M:%S}",
    }


class Counting(Fetcher):
    """A fetcher that counts how its requests ended."""

    statuses: Counter[str]

    async def fetch(self, url: str, **options: Any) -> Any:
        """See `Fetcher.fetch`."""
        try:
            fetched = await super().fetch(url, **options)
        except Exception as exc:
            self.statuses[getattr(exc, "kind", type(exc).__name__)] += 1
            raise
        self.statuses["304" if fetched.content is None else "200"] += 1
        return fetched


async def measure(site: Site, folder: Path, posts: int) -> dict[str, Any]:
    """Passes over the site, with changes between them."""
    shelf, later = Shelf(), timedelta()
    database = Database(f"sqlite:///{folder / 'communique.db'}")
    addresses = site.write([post(n) for n in range(posts)])
    told: dict[str, Any] = {"posts": posts}
    manners = Manners(pace=0.0, at_once=4)
    async with Counting(
        contact="desk@example.org", allowance=Allowance.parse("127.0.0.1"), manners=manners
    ) as web:
        collector = Collector(database, web, shelf, clock=lambda: datetime.now(UTC) + later)

        async def done(name: str, report: PassReport, began: float) -> None:
            held = {one.url for one in shelf.articles.values()}
            told[name] = {
                "requests": dict(web.statuses),
                **{
                    key: value
                    for key, value in report.as_json().items()
                    if key not in ("failed", "passages", "seconds")
                },
                "failed": len(report.articles.failed),
                "reasons": dict(Counter(one.reason for one in report.articles.failed)),
                "posts_held": len(held.intersection(addresses)),
                "seconds": round(time.perf_counter() - began, 1),
            }
            print(json.dumps({name: told[name]}), flush=True)

        async def run(name: str) -> None:
            web.statuses, began = Counter(), time.perf_counter()
            await done(name, await collector.run_once(), began)

        web.statuses, began = Counter(), time.perf_counter()
        lists = [f"{site.base}/", f"{site.base}/wp-sitemap.xml"]
        await done("first", await collector.add(lists), began)
        for name in ("second", "third"):
            later += timedelta(days=8)
            await run(name)
        site.change(
            "ship-3-arrives", post_content=f"{post(3)['post_content']}<p>Correction: it was ship four.</p>"
        )
        moved = site.change("ship-4-arrives", post_name="ship-four-arrives")
        site.delete("ship-5-arrives")
        addresses += site.write([post(1000)])
        for name in ("after an edit, a move, a deletion and a new post", "a day later", "and another"):
            later += timedelta(days=8 if "edit" in name else 1.1)
            await run(name)
        states = collector.sources.counts()
        told["sources"] = [
            {
                key: value
                for key, value in one.as_json().items()
                if key in ("url", "kind", "state", "held", "refused", "gone")
            }
            for one in states
        ]
        told["edited"] = any("ship four" in one.text for one in shelf.articles.values())
        told["moved"] = moved in {one.url for one in shelf.articles.values()}
    database.close()
    return told


def main() -> None:
    """Print what came of it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--posts", type=int, default=120)
    parser.add_argument("--bare", action="store_true", help="without the caching plugin")
    options = parser.parse_args()
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing or not WORDPRESS.is_dir():
        sys.exit(f"skipped: {', '.join(missing) or WORDPRESS} is not installed")
    with tempfile.TemporaryDirectory(prefix="communique-wordpress") as name:
        folder = Path(name)
        with wordpress(folder, caching=not options.bare) as site:
            print(json.dumps(asyncio.run(measure(site, folder, options.posts)), indent=1))


if __name__ == "__main__":
    main()
