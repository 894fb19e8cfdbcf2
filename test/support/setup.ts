// Runs before each unit test file: nothing outside the repository may decide a result.
for (const name of Object.keys(process.env)) {
  if (/^(AWS_|TF_|CDKTF_|NIXBARN_|SSH_AUTH_SOCK$|ENVIRONMENT$)/.test(name))
    delete process.env[name];
}
process.env["CHECKPOINT_DISABLE"] = "1";
