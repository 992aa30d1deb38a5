using System.CommandLine;
using SecureStreams.Tool.Administering;

namespace SecureStreams.Tool.Commands;

/// <summary><c>sstreams policy apply</c>: puts a policy in force in a process that runs, or ends its trial.</summary>
internal static class PolicyApplyCommand
{
    public static Command Create()
    {
        var policy = new PolicyFileOptions();
        policy.Policy.Description = "The policy that is to be put in force; - reads standard input.";
        var to = new Option<string?>("--to") { Description = "The admin socket of the process.", HelpName = "SOCKET", Required = true }.RefuseEmpty();
        var confirm = new Option<bool>("--confirm") { Description = "Instead of a policy: the one on trial holds." };
        var revert = new Option<bool>("--revert") { Description = "Instead of a policy: the one on trial is taken back." };
        var wait = new Option<bool>("--wait") { Description = "With --policy: when it is on trial, wait for the end of that, and tell it." };
        var timeout = StreamOptions.Seconds("--timeout", "With --wait: give up waiting after so many seconds, decimals allowed; the trial goes on.");
        var format = Validation.Format(OutputFormat.Text, OutputFormat.Json);
        var command = new DetailedCommand("apply", "Puts a policy in force in a process that runs.", """
            The process judges the policy itself, as it judges its own, and takes it whole or not at all. What happens to each stream and
            listener is told in the words of docs/live-policy.md; sstreams policy plan --against SOCKET tells it before.

            Exit status: 0 applied, and with --wait confirmed; 1 with --wait: taken back, or not confirmed in time; 2 refused, with every
            finding, or nobody answers there: nothing has changed.

            Examples:
              sstreams policy apply --policy next.json --to /run/inbox.sock
              sstreams policy apply --policy next.json --wait --to /run/inbox.sock
              sstreams policy apply --revert --to /run/inbox.sock
            """);
        policy.AddTo(command);
        foreach (var option in new Option[] { to, confirm, revert, wait, timeout, format })
            command.Add(option);
        command.Validators.Add(result =>
        {
            if (new Option[] { policy.Policy, confirm, revert }.Count(option => result.GetResult(option) is not null) != 1)
                result.AddError("Give one of --policy, --confirm and --revert.");
            else if (result.GetResult(policy.Overlay) is not null && result.GetResult(policy.Policy) is null)
                result.AddError("--overlay belongs to --policy.");
            else if (result.GetResult(wait) is not null && result.GetResult(policy.Policy) is null)
                result.AddError("--wait belongs to --policy.");
            if (result.GetResult(timeout) is not null && result.GetResult(wait) is null)
                result.AddError("--timeout belongs to --wait.");
        });
        command.SetAction(result => Interruptible.RunAsync(async cancellation =>
        {
            var path = result.GetRequiredValue(to)!;
            AdminClient.IsSocket(path, out path);
            var json = result.GetValue(format) == OutputFormat.Json;
            if (result.GetValue(confirm))
            {
                var confirmed = await AdminClient.AskAsync(path, static writer => writer.WriteString("do", "confirm"), cancellation);
                await CommandOutput.WriteAsync(null, json ? JsonText.BuildPlain(confirmed.WriteTo) : "confirmed\n"u8.ToArray(), cancellation);
                return ExitCode.Success;
            }

            var answer = result.GetValue(revert)
                ? await AdminClient.AskAsync(path, static writer => writer.WriteString("do", "revert"), cancellation)
                : await AdminChange.AskAsync(path, "update", policy.Read(result, new SecureStreams.Policy.PolicyLoadOptions()), cancellation);
            var waits = result.GetValue(wait) && answer.TryGetProperty("trial", out _);
            if (waits && json)
                return await TrialWait.RunAsync(path, answer, json, result.GetValue(timeout), cancellation);
            var told = await AdminChange.TellAsync(answer, json, exitCode: false, null, cancellation);
            return waits ? await TrialWait.RunAsync(path, answer, json, result.GetValue(timeout), cancellation) : told;
        }));
        return command;
    }
}
