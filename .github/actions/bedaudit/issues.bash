# To be sourced: one open issue for one title, in the repository that calls. Needs GH_TOKEN.

# The number of the open issue with the title $1, or nothing.
open_issue() {
  TITLE=$1 gh issue list --repo "$GITHUB_REPOSITORY" --state open --search "in:title \"$1\"" --limit 100 \
    --json number,title --jq 'map(select(.title == env.TITLE)) | .[0].number // empty'
}

# Opens the issue with the title $1 and the text in the file $2, or gives the open one that text.
open_or_update() {
  local number
  number=$(open_issue "$1")
  if [[ -n $number ]]; then
    gh issue edit "$number" --repo "$GITHUB_REPOSITORY" --body-file "$2"
  else
    gh issue create --repo "$GITHUB_REPOSITORY" --title "$1" --body-file "$2"
  fi
}

# Closes the open issue with the title $1, if there is one, with the comment $2.
close_issue() {
  local number
  number=$(open_issue "$1")
  if [[ -n $number ]]; then
    gh issue close "$number" --repo "$GITHUB_REPOSITORY" --comment "$2"
  fi
}
