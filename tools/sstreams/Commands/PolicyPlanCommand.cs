using System.CommandLine;
using SecureStreams.Tool.Administering;
using SecureStreams.Tool.Planning;

namespace SecureStreams.Tool.Commands;

/// <summary><c>sstreams policy plan</c>: what an update would do to streams and listeners that run.</summary>
internal static class PolicyPlanCommand
{
    public static Command Create()
    {
        var policy = new PolicyOptions();
        policy.Files.Policy.Description = "The policy that is to be put in force.";
        policy.Files.Policy.Required = true;
        var against = new Option<string?>("--against") { Description = "The policy that is in force, or where it is fetched, or the admin socket of a process that runs.", HelpName = "FILE|URL|SOCKET", Required = true }.RefuseEmpty();
        var overlayAgainst = new Option<string[]>("--overlay-against") { Description = "A policy file that is laid over --against; may be repeated.", HelpName = "FILE" }.RefuseEmpty();
        var exitCode = new Option<bool>("--exit-code") { Description = "Exit with 1 when a stream or listener would be touched." };
        var format = Validation.Format(OutputFormat.Text, OutputFormat.Json);
        var output = Validation.Output();
        var command = new DetailedCommand("plan", "Tells what putting a policy in force would do to the streams and listeners of another.", """
            For each streamtype that is not equal, what happens to its streams, by what they are doing at the moment. Against the admin
            socket of a process that runs: what happens to each of its streams and listeners, which judges the policy as its own, without
            --product and --strict. A URL is fetched over http or https, within 30 s. The words are those of docs/live-policy.md.

            Exit status: 0; with --exit-code 1 when any is touched; 2 a policy cannot be used, so that an update is refused.

            Examples:
              sstreams policy plan --policy next.json --against demo.json
              sstreams policy plan --policy demo.json --overlay site.json --against demo.json
              sstreams policy plan --policy next.json --against https://policies.example/demo.json
              sstreams policy plan --policy next.json --against /run/inbox.sock
            """);
        policy.AddTo(command);
        foreach (var option in new Option[] { against, overlayAgainst, exitCode, format, output })
            command.Add(option);
        command.Validators.Add(result =>
        {
            var given = result.Given(against).Concat(result.Given(overlayAgainst)).ToList();
            policy.Files.RefuseTwice(result, given);
            result.RefuseOverwriting(output, [.. policy.Files.Given(result), .. given]);
        });
        command.SetAction(result =>
        {
            if (!PolicyUrl.Is(result.GetValue(against)!) && AdminClient.IsSocket(result.GetValue(against)!, out var socket))
            {
                if (result.GetValue(overlayAgainst) is { Length: > 0 })
                    throw new UnusableInputException("--overlay-against: the process has its overlays itself");
                return Interruptible.RunAsync(async cancellation => await AdminChange.TellAsync(
                    await AdminChange.AskAsync(socket, "plan", policy.Read(result), cancellation), result.GetValue(format) == OutputFormat.Json, result.GetValue(exitCode), result.GetValue(output), cancellation));
            }

            var settings = new PlanSettings
            {
                Before = policy.Read(result, result.GetValue(against)) with { Overlays = [.. result.GetValue(overlayAgainst) ?? []] },
                After = policy.Read(result),
                Json = result.GetValue(format) == OutputFormat.Json,
                ExitCode = result.GetValue(exitCode),
                OutputFile = result.GetValue(output),
            };
            return Interruptible.RunAsync(cancellation => PlanSession.RunAsync(settings, cancellation));
        });
        return command;
    }
}
