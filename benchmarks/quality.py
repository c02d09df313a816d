"""How good the answers are, over every set of questions whose answers are known.

    python -m benchmarks.quality [NAME …]

The collections are built once, under ``var/bench``: the large one takes ten minutes or more, the others less
than one. For each set the measures of ``communique evaluate`` are printed as one JSON line.
"""

import argparse
import json
import sys
from pathlib import Path

from bot.root import Root
from bot.settings import Settings
from index.extract import read_path
from retrieval.evaluate import measure, read_questions

SHARED = Path("../shared")
SETS = {
    "samples": ([Path("samples/articles"), Path("samples/corrections")], Path("samples/questions.jsonl")),
    "seeds": ([SHARED / "seeds"], SHARED / "eval/seeds-dev.jsonl"),
    "natoqa": ([SHARED / "data/nato_articles/articles.jsonl.gz"], SHARED / "eval/natoqa-dev.jsonl"),
    "newsqa": ([SHARED / "eval/newsqa/articles.jsonl.gz"], SHARED / "eval/newsqa/questions-dev.jsonl"),
}


def main() -> int:
    """Measure the sets named, or all of them; 1 if one of them is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("names", nargs="*", choices=[*SETS, []], help="which sets; all of them if none")
    missing = False
    for name in parser.parse_args().names or SETS:
        articles, questions = SETS[name]
        if not questions.exists():
            print(f"{name}: {questions} is missing", file=sys.stderr)
            missing = True
            continue
        root = Root(Settings(COMMUNIQUE_HOME=Path("var/bench") / name))  # type: ignore[call-arg]
        with root.collection(purpose="the benchmark") as collection:
            for place in articles:
                collection.indexer.add(read_path(place))
            found = measure(read_questions(questions), collection.answerer.ask)
        root.close()
        print(json.dumps({"set": name, **found}, ensure_ascii=False), flush=True)
    return int(missing)


if __name__ == "__main__":
    sys.exit(main())
