"""`points rank` and `points seed`, as they are run on a machine without settings or database."""

import csv
import hashlib
import io
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.__main__ import app

HEADS = "worker,kind,doses,one_dose_vaccine,cases,dormitory,suite,people,visa_date"
BEST = "A1,industry,2,no,4999,all_suites,yes,2,2021-11-01"
HOUSEHOLD = "H1,household,1,yes,4000,,,,2021-11-03"
DAY = "2021-11-20"


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without anything, and no setting at all."""
    monkeypatch.chdir(tmp_path)
    for name in ("BOT_DATABASE_URL", "BOT_KEYS", "BOT_LINE_CHANNEL_SECRET", "BOT_LINE_CHANNEL_ID"):
        monkeypatch.delenv(name, raising=False)


def run(*rows: str, options: tuple[str, ...] = ("--ranked-on", DAY), heads: str = HEADS) -> Result:
    Path("workers.csv").write_text("\n".join([heads, *rows]) + "\n", "utf-8")
    return CliRunner().invoke(app, ["points", "rank", "workers.csv", *options])


def ranked(told: Result) -> list[dict[str, str]]:
    assert told.exit_code == 0, told.output
    assert told.stdout.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(told.stdout.removeprefix("\ufeff"))))


def problems(told: Result) -> list[str]:
    assert told.exit_code == 1, told.output
    assert told.stdout == ""
    assert told.stderr.endswith("沒有排序。/ Nothing was ranked.\n")
    return told.stderr.splitlines()[:-1]


def seed() -> tuple[str, ...]:
    """Options with a seed that is the same in every run."""
    Path("seed").write_bytes(b"made up for the tests\n")
    committed = hashlib.sha256(b"made up for the tests").hexdigest()
    return "--ranked-on", DAY, "--seed-file", "seed", "--committed", committed


def test_the_workers_come_out_in_order_with_what_they_got() -> None:
    first, second = ranked(run(HOUSEHOLD, "", BEST))
    assert first == {
        "place": "1",
        "place_in_kind": "1",
        "worker": "A1",
        "kind": "industry",
        "total": "110",
        "vaccine": "55",
        "origin": "10",
        "dormitory": "20",
        "room": "25",
        "total_if_full_room_voids": "110",
        "visa_date": "2021-11-01",
        "decided_by": "points",
        "doubts": "",
    }
    assert (second["worker"], second["place"], second["place_in_kind"], second["total"]) == ("H1", "2", "1", "65")


def test_what_is_doubtful_is_said_with_the_other_total() -> None:
    (only,) = ranked(run("A1,industry,0,no,5000,no_suites,no,9,2021-11-01"))
    assert (only["total"], only["total_if_full_room_voids"]) == ("20", "10")
    assert only["doubts"] == "exactly_5000 full_room"


def test_heads_and_words_may_be_chinese_in_any_order_and_the_file_have_a_mark() -> None:
    heads = "簽證日,編號,類別,劑數,單劑疫苗,七日平均病例,宿舍,套房,房間人數"
    (only,) = ranked(run("2021-11-01, A1 ,產業,2,否,4999.5,混合,是,3", heads="\ufeff" + heads))
    assert (only["worker"], only["total"]) == ("A1", str(55 + 10 + 15 + 15))


def test_the_system_is_off_unless_a_day_of_its_life_is_named() -> None:
    told = run(BEST, options=())
    assert told.exit_code == 2
    assert "積分制已於2022-02-14結束" in told.stderr
    assert "ended on 2022-02-14" in told.stderr
    for day in ("2021-11-14", "2022-02-15"):
        told = run(BEST, options=("--ranked-on", day))
        assert (told.exit_code, told.stdout) == (2, "")
        assert f"was not in force on {day}" in told.stderr


@pytest.mark.parametrize(
    ("row", "said"),
    [
        pytest.param(
            BEST.replace("A1", ""), "第2列 編號：沒有填寫 / row 2: worker: nothing is written", id="no worker"
        ),
        pytest.param(
            BEST.replace("industry", "farm"),
            "第2列 類別：看不懂「farm」，例：industry, household, 產業, 家庭 / "
            "row 2: kind: cannot read “farm”, for example: industry, household, 產業, 家庭",
            id="kind",
        ),
        pytest.param(BEST.replace(",2,no", ",two,no"), "doses: cannot read “two”, for example: 0, 1, 2", id="doses"),
        pytest.param(BEST.replace(",2,no", ",２,no"), "doses: cannot read “２”", id="full-width digit"),
        pytest.param(BEST.replace(",no,", ",perhaps,"), "one_dose_vaccine: cannot read “perhaps”", id="yes or no"),
        pytest.param(BEST.replace("4999", "-1"), "cases: cannot read “-1”", id="cases below nothing"),
        pytest.param(BEST.replace("4999", "NaN"), "cases: cannot read “NaN”", id="cases that are no number"),
        pytest.param(BEST.replace("all_suites", "hotel"), "dormitory: cannot read “hotel”", id="dormitory"),
        pytest.param(BEST.replace("yes,2,", "yes,0,"), "people: cannot read “0”", id="nobody in the room"),
        pytest.param(BEST.replace("yes,2,", "no,2,"), "suite: does not fit the kind of dormitory", id="no suite there"),
        pytest.param(
            BEST.replace("all_suites", "no_suites"), "suite: does not fit the kind of dormitory", id="suite elsewhere"
        ),
        pytest.param(BEST.replace("2021-11-01", "2021-02-30"), "visa_date: cannot read “2021-02-30”", id="no such day"),
        pytest.param(BEST.replace("2021-11-01", "20211101"), "visa_date: cannot read “20211101”", id="other form"),
        pytest.param(
            BEST.replace("2021-11-01", "2021-11-21"), "visa_date: after the day of the ranking", id="too late"
        ),
        pytest.param(BEST.replace("A1", "\x1b[31m"), "worker: cannot read “�[31m”", id="a terminal's command"),
        pytest.param(BEST.replace("A1", "A\u200b1"), "worker: cannot read “A�1”", id="a character nobody sees"),
        pytest.param(BEST.replace("A1", "A" * 101), "worker: cannot read “AAAA", id="a number without end"),
        pytest.param(BEST + ",more", "第2列 應有9格 / row 2: there must be 9 cells", id="a cell too many"),
        pytest.param(
            "H1,household,1,yes,4000,mixed,,,2021-11-03",
            "第2列 宿舍：家庭類不計宿舍，請留空 / row 2: dormitory: does not count for a household, leave it empty",
            id="a household's dormitory",
        ),
    ],
)
def test_what_is_wrong_is_told_of_its_row_in_both_languages(row: str, said: str) -> None:
    (problem,) = problems(run(row))
    assert said in problem
    assert problem.startswith("第2列 ")


def test_one_bad_row_holds_back_the_whole_ranking() -> None:
    told = problems(run(BEST, HOUSEHOLD.replace("4000", "many"), BEST))
    assert told == [
        "第3列 七日平均病例：看不懂「many」，例：4999, 4999.5 / "
        "row 3: cases: cannot read “many”, for example: 4999, 4999.5",
        "第4列 編號：與第2列重複 / row 4: worker: the same as in row 2",
    ]


@pytest.mark.parametrize("again", ["a1", "Ａ1", " A1", "A 1"])
def test_nobody_gets_two_lots_by_writing_her_number_in_another_way(again: str) -> None:
    assert problems(run(BEST, BEST.replace("A1", again))) == [
        "第3列 編號：與第2列重複 / row 3: worker: the same as in row 2"
    ]


def test_all_problems_of_a_row_are_told_and_of_a_long_file_the_first_twenty() -> None:
    told = problems(run("A1,farm,x,y,z,,,,w"))
    assert [problem.split("row 2: ")[1].split(":")[0] for problem in told] == [
        "kind",
        "doses",
        "one_dose_vaccine",
        "cases",
        "visa_date",
    ]
    told = problems(run(*(f"A{number},farm,2,no,1,,,,2021-11-01" for number in range(25))))
    assert len(told) == 21
    assert told[-1] == "另有5個問題 / and 5 more"


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"", "檔案沒有標題列 / the file has no row of heads"),
        (b"\n", "檔案沒有標題列 / the file has no row of heads"),
        (HEADS.encode(), "檔案沒有移工資料 / there is no worker in the file"),
        ("編號".encode("big5"), "檔案不是 UTF-8 編碼 / the file is not in UTF-8"),
        (f'{HEADS}\n"A1'.encode(), "檔案不是完整的 CSV / the file is no complete CSV"),
    ],
)
def test_a_file_that_is_none_is_refused(file: bytes, said: str) -> None:
    Path("other.csv").write_bytes(file)
    assert problems(CliRunner().invoke(app, ["points", "rank", "other.csv", "--ranked-on", DAY])) == [said]


def test_a_file_without_end_is_not_read_to_its_end() -> None:
    told = CliRunner().invoke(app, ["points", "rank", "/dev/zero", "--ranked-on", DAY])
    assert (told.exit_code, told.stdout) == (1, "")
    assert "The file has more than 67108864 bytes" in told.stderr


def test_the_heads_must_be_those_that_are_known_and_each_once() -> None:
    assert problems(run(BEST, heads=HEADS.replace("kind", "Sort").replace("suite,", "worker,"))) == [
        "第1列 欄位「編號」應有一個 / row 1: there must be one column “worker”",
        "第1列 欄位「類別」應有一個 / row 1: there must be one column “kind”",
        "第1列 欄位「套房」應有一個 / row 1: there must be one column “suite”",
        "第1列 沒有「sort」這個欄位 / row 1: no column is called “sort”",
    ]


def test_a_spreadsheet_computes_nothing_in_what_comes_out() -> None:
    (only,) = ranked(run(BEST.replace("A1", '"=HYPERLINK(""x"")"')))
    assert only["worker"] == '\'=HYPERLINK("x")'


def test_without_a_seed_those_to_draw_lots_share_a_place() -> None:
    told = run(BEST, BEST.replace("A1", "A2"))
    assert [(row["place"], row["decided_by"]) for row in ranked(told)] == [("1", "lottery_pending")] * 2
    assert "有移工須抽籤" in told.stderr
    assert "--seed-file" in told.stderr


def test_lots_fall_the_same_in_every_order_of_the_file() -> None:
    rows = [BEST.replace("A1", f"A{number}") for number in range(1, 9)]
    options = seed()
    told = run(*rows, options=options)
    assert told.stderr == ""
    drawn = ranked(told)
    assert [row["place"] for row in drawn] == [str(number) for number in range(1, 9)]
    assert {row["decided_by"] for row in drawn} == {"lottery"}
    assert ranked(run(*reversed(rows), options=options)) == drawn


def test_a_seed_other_than_the_committed_one_draws_nothing() -> None:
    options = seed()
    Path("seed").write_bytes(b"another that pleases more")
    told = run(BEST, options=options)
    assert (told.exit_code, told.stdout) == (2, "")
    assert "不符" in told.stderr
    assert "not the seed that was committed to" in told.stderr


@pytest.mark.parametrize("committed", ["", "é", "0" * 64, "SHA256"])
def test_what_is_no_commitment_to_the_seed_is_refused(committed: str) -> None:
    told = run(BEST, options=(*seed()[:4], "--committed", committed))
    assert (told.exit_code, told.stdout) == (2, "")
    assert "not the seed that was committed to" in told.stderr


@pytest.mark.parametrize("left_out", ["--seed-file", "--committed"])
def test_a_seed_without_its_commitment_draws_nothing(left_out: str) -> None:
    options = list(seed())
    del options[options.index(left_out) : options.index(left_out) + 2]
    told = run(BEST, options=tuple(options))
    assert told.exit_code == 2
    assert "give both" in told.stderr


def test_a_new_seed_is_kept_from_others_and_its_sha_256_draws() -> None:
    told = CliRunner().invoke(app, ["points", "seed", "kept"])
    assert told.exit_code == 0, told.output
    assert Path("kept").stat().st_mode & 0o777 == 0o600
    options = ("--ranked-on", DAY, "--seed-file", "kept", "--committed", told.stdout.strip())
    assert [row["decided_by"] for row in ranked(run(BEST, BEST.replace("A1", "A2"), options=options))] == [
        "lottery",
        "lottery",
    ]
    assert CliRunner().invoke(app, ["points", "seed", "other"]).stdout != told.stdout


def test_a_seed_that_is_there_is_never_replaced() -> None:
    Path("kept").write_text("the seed we published the SHA-256 of")
    told = CliRunner().invoke(app, ["points", "seed", "kept"])
    assert told.exit_code == 2
    assert "cannot be written" in told.stderr
    assert Path("kept").read_text() == "the seed we published the SHA-256 of"


def test_the_ranking_may_go_into_a_file_but_not_into_the_one_it_was_read_from() -> None:
    told = run(BEST, options=("--ranked-on", DAY, "--to", "ranked.csv"))
    assert (told.exit_code, told.output) == (0, "")
    assert Path("ranked.csv").read_bytes().startswith(b"\xef\xbb\xbfplace,")
    told = run(BEST, options=("--ranked-on", DAY, "--to", "workers.csv"))
    assert told.exit_code == 2
    assert Path("workers.csv").read_text().startswith(HEADS)


def test_the_ranking_never_takes_the_place_of_the_seed() -> None:
    options = seed()
    before = Path("seed").read_bytes()
    told = run(BEST, options=(*options, "--to", "seed"))
    assert (told.exit_code, Path("seed").read_bytes()) == (2, before)
    assert "種子" in told.stderr


@pytest.mark.parametrize("to", ["no/such/folder.csv", "."])
def test_a_place_where_the_ranking_cannot_go_is_said_in_words(to: str) -> None:
    told = run(BEST, options=("--ranked-on", DAY, "--to", to))
    assert told.exit_code == 2
    assert "The ranking cannot be written" in told.stderr
