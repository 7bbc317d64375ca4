#!/usr/bin/env bash
# The watch as a job of Cloud Run that Cloud Scheduler starts. Run it again after any change: it changes what
# differs, and nothing else. What differs since somebody changed the job by hand it does not see: take the label
# `recipe` off the job to have it set anew.
#
#   PROJECT=shop-prod REGION=europe-west1 IMAGE=europe-west1-docker.pkg.dev/shop-prod/tools/unshipped@sha256:… \
#     ./setup.sh unshipped.yaml
#
# No value of a secret passes through here, only names. Those in SECRETS have to exist before:
#
#   gcloud secrets create unshipped-database --replication-policy=automatic --data-file=-
set -euo pipefail

die() {
	echo "setup.sh: $*" >&2
	exit 1
}

CONFIG=${1:-unshipped.yaml}
: "${PROJECT:?which project the job belongs to}" "${REGION:?where it runs, such as europe-west1}"
: "${IMAGE:?the image, by its digest: …/unshipped@sha256:…}"
JOB=${JOB:-unshipped-watch}
# As `watch.schedule` and `watch.zone` say it: each run is for the newest moment of that schedule.
# Five times a day: SCHEDULE="0 8,10,12,14,16 * * *" ZONE=America/Los_Angeles
SCHEDULE=${SCHEDULE:-*/10 * * * *}
ZONE=${ZONE:-UTC}
# Into how many shares the fleet is divided. The log has to be a database, `store.url`: a job keeps no file.
TASKS=${TASKS:-1}
# VARIABLE=SECRET, for each variable that the configuration names.
SECRETS=${SECRETS:-UNSHIPPED_DATABASE=unshipped-database UNSHIPPED_HEARTBEAT=unshipped-heartbeat}
# What the sources need in order to read, and nothing that writes.
ROLES=${ROLES:-roles/run.viewer}

CONFIG_SECRET=$JOB-config
RUNS=$JOB@$PROJECT.iam.gserviceaccount.com
STARTS=$JOB-schedule@$PROJECT.iam.gserviceaccount.com
# The shell in the container knows which task it is. The tables of the log are made, or brought up to date, first:
# that takes a moment where there is nothing to do, and tasks that do it at once wait for each other.
# shellcheck disable=SC2016
ROUND='unshipped db migrate && exec unshipped watch --once --slot schedule --shard "$((CLOUD_RUN_TASK_INDEX + 1))/$CLOUD_RUN_TASK_COUNT"'
read -ra SECRETS <<< "$SECRETS"
read -ra ROLES <<< "$ROLES"
[ -r "$CONFIG" ] || die "$CONFIG cannot be read: name the configuration, as in ./setup.sh unshipped.yaml"
[[ $IMAGE == *@sha256:* ]] || die "IMAGE names no digest, and a tag moves: name it as …/unshipped@sha256:…"

failed() {
	die "this failed: gcloud $1 $2 ${3:-}. Nothing after it was done; mend it and run this again"
}

do_it() {
	gcloud --project="$PROJECT" --quiet "$@" > /dev/null || failed "$@"
}

# Whether something exists is asked with a list, whose answer may be empty: a `describe` that fails has not said no.
ask() {
	answer=$(gcloud --project="$PROJECT" --quiet "$@") || failed "$@"
}

interface() {
	ask services list --enabled --filter="config.name=$1" --format='value(config.name)'
	[ -n "$answer" ] || do_it services enable "$1"
}

account() {
	ask iam service-accounts list --filter="email=$1" --format='value(email)'
	[ -n "$answer" ] || do_it iam service-accounts create "${1%%@*}" --display-name="$2"
}

# grant ROLE ACCOUNT 'COMMANDS' NAME [FLAG...]
grant() {
	local role=$1 member=serviceAccount:$2 commands
	read -ra commands <<< "$3"
	shift 3
	ask "${commands[@]}" get-iam-policy "$@" --flatten='bindings[].members' --format='value(bindings.role)' \
		--filter="bindings.role=\"$role\" AND bindings.members=\"$member\""
	[ -n "$answer" ] || do_it "${commands[@]}" add-iam-policy-binding "$@" --role="$role" --member="$member"
}

secret_exists() {
	ask secrets list --filter="name~/secrets/$1\$" --format='value(name)'
	[ -n "$answer" ]
}

configuration() {
	if ! secret_exists "$CONFIG_SECRET"; then
		do_it secrets create "$CONFIG_SECRET" --replication-policy=automatic --data-file="$CONFIG"
		return
	fi
	ask secrets versions access latest --secret="$CONFIG_SECRET"
	[ "$answer" = "$(cat "$CONFIG")" ] || do_it secrets versions add "$CONFIG_SECRET" --data-file="$CONFIG"
}

job() {
	local mounts=/etc/unshipped/unshipped.yaml=$CONFIG_SECRET:latest one recipe wanted
	for one in "${SECRETS[@]}"; do
		mounts+=,$one:latest
	done
	wanted=(
		--image="$IMAGE" --service-account="$RUNS" --set-secrets="$mounts"
		--tasks="$TASKS" --parallelism="$TASKS" --max-retries=1 --task-timeout=9m --cpu=1 --memory=1Gi
		--command=tini --args="^|^--|sh|-c|$ROUND"
	)
	recipe=$(printf '%s\n' "${wanted[@]}" | sha256sum | cut -c1-16)
	ask run jobs list --region="$REGION" --filter="metadata.name=$JOB" --format='value(metadata.labels.recipe)'
	[ "$answer" = "$recipe" ] ||
		do_it run jobs deploy "$JOB" --region="$REGION" --labels="recipe=$recipe" "${wanted[@]}"
}

schedule() {
	local uri=https://run.googleapis.com/v2/projects/$PROJECT/locations/$REGION/jobs/$JOB:run verb=update
	ask scheduler jobs list --location="$REGION" --filter="name~/jobs/$JOB\$" \
		--format='value(schedule,timeZone,httpTarget.uri,httpTarget.oauthToken.serviceAccountEmail)'
	if [ "$answer" != "$SCHEDULE"$'\t'"$ZONE"$'\t'"$uri"$'\t'"$STARTS" ]; then
		[ -n "$answer" ] || verb=create
		do_it scheduler jobs "$verb" http "$JOB" --location="$REGION" --schedule="$SCHEDULE" --time-zone="$ZONE" \
			--uri="$uri" --http-method=POST --oauth-service-account-email="$STARTS" \
			--attempt-deadline=60s --max-retry-attempts=2
	fi
}

for one in "${SECRETS[@]}"; do
	secret_exists "${one#*=}" || die "there is no secret ${one#*=}: make it first, see the head of this script"
done
for name in run cloudscheduler secretmanager; do
	interface $name.googleapis.com
done
account "$RUNS" "Looks at what is merged and not live"
account "$STARTS" "Starts the job $JOB, and may do nothing else"
configuration
for role in "${ROLES[@]}"; do
	grant "$role" "$RUNS" projects "$PROJECT"
done
for secret in "$CONFIG_SECRET" "${SECRETS[@]#*=}"; do
	grant roles/secretmanager.secretAccessor "$RUNS" secrets "$secret"
done
job
grant roles/run.invoker "$STARTS" 'run jobs' "$JOB" --region="$REGION"
schedule
echo "The job $JOB is set up, and started by $SCHEDULE ($ZONE)."
echo "Try it now: gcloud run jobs execute $JOB --project=$PROJECT --region=$REGION --wait"
