#!/bin/sh
# Run a job only if its gate lets it: pre_job.sh GATE COMMAND [ARGUMENT ...]
# Airflow: BashOperator(bash_command="pre_job.sh batches python create_batches.py", skip_on_exit_code=99)
# Prefect: ShellOperation(commands=["pre_job.sh batches python create_batches.py"]).run()
# Cloud Workflows: a Cloud Run job whose command is pre_job.sh; the step fails with the job.
set -u
gate=$1
shift
code=0
unshipped gate --gate "$gate" --fetch --by "${JOB_NAME:-$1}" || code=$?
case $code in
  0) exec "$@" ;;
  1 | 3) exit "${BLOCKED_EXIT_CODE:-$code}" ;; # stopped: 99 lets Airflow skip the task in place of failing it
  *) exit "$code" ;;                           # 2: the configuration is wrong
esac
