"""The environment is read once, typed, and refused with everything that is wrong with it."""

import pytest
from rachun.config.env import DATABASE_NAMES, REQUIRED, BadEnvironment, parse_database_url, read_env

SECRET = "a-secret-that-is-long-enough-for-this"
COMPLETE = {
    "DATABASE_URL": "postgresql://app:p%40ss@db.example:5433/rachun",
    "DATABASE_WORKER_URL": "postgresql://worker@localhost/rachun",
    "DATABASE_OWNER_URL": "postgresql://owner@localhost/rachun",
    "REDIS_URL": "redis://localhost:6379/0",
    "RACHUN_SECRET_KEY": SECRET,
    "RACHUN_JWT_KEY": SECRET,
    "RACHUN_FILES_DIR": "/srv/files",
    "RACHUN_ALLOWED_HOSTS": "a.example, b.example,",
    "RACHUN_PUBLIC_URL": "https://a.example/",
}


class TestReadEnv:
    def test_takes_a_complete_environment(self) -> None:
        env = read_env(environ=COMPLETE)

        assert (env.role, env.debug, env.is_tooling) == ("app", False, False)
        assert env.allowed_hosts == ("a.example", "b.example")
        assert env.public_url == "https://a.example"
        assert (env.database.user, env.database.password, env.database.host, env.database.port) == (
            "app", "p@ss", "db.example", "5433",
        )  # fmt: skip

    def test_gives_each_role_its_own_address(self) -> None:
        assert read_env(environ={**COMPLETE, "RACHUN_ROLE": "worker"}).database.user == "worker"

    @pytest.mark.parametrize(("role", "own"), DATABASE_NAMES.items())
    def test_asks_no_process_for_the_address_of_another_role(self, role: str, own: str) -> None:
        """What the API does not hold, nobody can take from it: the owner may change postings."""
        others = set(DATABASE_NAMES.values()) - {own}

        env = read_env(
            environ={name: told for name, told in {**COMPLETE, "RACHUN_ROLE": role}.items() if name not in others}
        )

        assert env.database.user == role

    @pytest.mark.parametrize(("role", "own"), DATABASE_NAMES.items())
    def test_names_everything_that_is_missing_at_once(self, role: str, own: str) -> None:
        with pytest.raises(BadEnvironment) as refused:
            read_env(environ={"RACHUN_ROLE": role})

        assert [name for name in (own, *REQUIRED) if f"{name} is missing" not in str(refused.value)] == []

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("RACHUN_SECRET_KEY", "short"),
            ("RACHUN_JWT_KEY", "short"),
            ("RACHUN_METRICS_TOKEN", "short"),
            ("RACHUN_ROLE", "superuser"),
            ("RACHUN_DEBUG", "maybe"),
            ("DATABASE_URL", "sqlite:///rachun.db"),
            ("DATABASE_OWNER_URL", "postgresql://owner@localhost"),
        ],
    )
    def test_refuses(self, name: str, value: str) -> None:
        with pytest.raises(BadEnvironment, match=name):
            read_env(environ={**COMPLETE, name: value})

    def test_never_repeats_a_secret_in_its_refusal(self) -> None:
        with pytest.raises(BadEnvironment) as refused:
            read_env(environ={**COMPLETE, "RACHUN_SECRET_KEY": "hush", "DATABASE_URL": "mysql://app:hush@x/y"})

        assert "hush" not in str(refused.value)


class TestDatabaseUrl:
    @pytest.mark.parametrize(
        "url", ["postgresql://u@%2Frun%2Fpg/db", "postgresql://u@/db?host=/run/pg", "postgres://u@%2frun%2Fpg:5432/db"]
    )
    def test_names_a_folder_of_sockets(self, url: str) -> None:
        address = parse_database_url(url)

        assert (address.host.lower(), address.name, address.port) == ("/run/pg", "db", "5432")
