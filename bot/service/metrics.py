"""What the service counts, in Prometheus' form: questions, refusals, times, queues, errors, sizes."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.desk.ports import Answerer, Reading
from retrieval.answer import Answer, Citation
from retrieval.figures.check import ClaimCheck

log = logging.getLogger(__name__)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)

Gauges = Mapping[str, tuple[str, Iterable[tuple[Mapping[str, str], float]]]]
"""By name what is shown of it: a description, and values with their labels."""


class Metrics:
    """Counters of one process, and gauges that ``gauges`` reads when they are asked for."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.questions = Counter(
            "communique_questions", "Questions by what became of them.", ["outcome"], registry=self.registry
        )
        self.dropped = Counter(
            "communique_sentences_dropped",
            "Sentences of a language model that the passages do not bear out, by reason.",
            ["reason"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "communique_answer_seconds",
            "Seconds an answer took, by stage.",
            ["stage"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.requests = Counter(
            "communique_http_requests", "Requests to the web and the API.", ["status"], registry=self.registry
        )
        self.errors = Counter(
            "communique_errors", "Errors written to the log, by where.", ["logger"], registry=self.registry
        )
        ProcessCollector(registry=self.registry)

    def answered(self, answer: Answer) -> None:
        """Count an answer, a refusal by its reason."""
        self.questions.labels(outcome="answered" if answer.found else answer.refusal or "refused").inc()
        for dropped in answer.dropped:
            self.dropped.labels(reason=dropped.partition(":")[0]).inc()
        self.seconds.labels(stage="total").observe(answer.took_ms / 1000)
        for stage, milliseconds in answer.stages.items():
            self.seconds.labels(stage=stage).observe(milliseconds / 1000)

    def show(self, gauges: Callable[[], Gauges]) -> None:
        """Show from now on what ``gauges`` finds."""
        self.registry.register(_Gauges(gauges))

    def exposed(self) -> bytes:
        """Everything, in Prometheus' text form."""
        return generate_latest(self.registry)

    @contextmanager
    def counting_errors(self) -> Iterator[None]:
        """Count what is logged as an error."""
        handler = _ErrorCounter(self.errors)
        logging.getLogger().addHandler(handler)
        try:
            yield
        finally:
            logging.getLogger().removeHandler(handler)


class Measured:
    """An `Answerer` whose answers are counted and logged, without their words."""

    def __init__(self, answerer: Answerer, metrics: Metrics) -> None:
        self._answerer = answerer
        self._metrics = metrics

    def ask(self, question: str, **options: Any) -> Answer:
        """What the answerer answers."""
        begin = time.perf_counter()
        try:
            answer = self._answerer.ask(question, **options)
        except Exception:
            self._metrics.questions.labels(outcome="failed").inc()
            raise
        self._metrics.answered(answer)
        took = round(1000 * (time.perf_counter() - begin))
        log.info("answered", extra={"found": answer.found, "refusal": answer.refusal, "took_ms": took})
        return answer

    def check(self, claim: str) -> ClaimCheck:
        """What the answerer finds about ``claim``."""
        found = self._answerer.check(claim)
        self._metrics.questions.labels(outcome=f"check: {found.verdict}").inc()
        return found

    def passage(self, citation: Citation) -> Reading | None:
        """The passage among its neighbours."""
        return self._answerer.passage(citation)


class _Gauges(Collector):
    def __init__(self, gauges: Callable[[], Gauges]) -> None:
        self._gauges = gauges

    def describe(self) -> Iterable[Metric]:
        return ()  # or they would be read once to be registered

    def collect(self) -> Iterable[Metric]:
        for name, (description, values) in self._gauges().items():
            rows = list(values)
            family = GaugeMetricFamily(name, description, labels=sorted(rows[0][0]) if rows else ())
            for labels, value in rows:
                family.add_metric([labels[key] for key in sorted(labels)], value)
            yield family


class _ErrorCounter(logging.Handler):
    def __init__(self, errors: Counter) -> None:
        super().__init__(logging.ERROR)
        self._errors = errors

    def emit(self, record: logging.LogRecord) -> None:
        self._errors.labels(logger=record.name).inc()
