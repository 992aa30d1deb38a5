using System.CommandLine;
using SecureStreams.Tool.Comparing;

namespace SecureStreams.Tool.Commands;

/// <summary><c>sstreams policy diff</c>: what changes between two policies, and what that asks of running streams.</summary>
internal static class PolicyDiffCommand
{
    public static Command Create()
    {
        var before = new Argument<string?>("BEFORE") { Description = "The policy file as it was; not with --policy.", Arity = ArgumentArity.ZeroOrOne };
        var after = new Argument<string?>("AFTER") { Description = "The policy file as it is; not with --policy.", Arity = ArgumentArity.ZeroOrOne };
        var policy = new PolicyOptions();
        var overlayBefore = new Option<string[]>("--overlay-before") { Description = "A policy file that is laid over BEFORE; may be repeated.", HelpName = "FILE" }.RefuseEmpty();
        policy.Files.Policy.Description = "The policy file that both sides begin with.";
        policy.Files.Overlay.Description = "A policy file that is laid over AFTER; may be repeated, later ones lie on top.";
        var exitCode = new Option<bool>("--exit-code") { Description = "Exit with 1 when there is a difference." };
        var format = Validation.Format(OutputFormat.Text, OutputFormat.Json);
        var output = Validation.Output();
        var command = new DetailedCommand("diff", "Tells what differs between two policies, and what each change asks of running streams.", """
            BEFORE and AFTER are two policies. With --policy instead, one policy without overlays is compared with the same
            policy with them. Policies are compared by meaning: order, layout and stated defaults are no difference.

            Exit status: 0 equal or different; with --exit-code 1 when different; 2 a policy cannot be used.

            Examples:
              sstreams policy diff demo.json next.json
              sstreams policy diff --policy demo.json --overlay site.json
              sstreams policy diff --exit-code demo.json demo.json
            """)
        {
            before, after,
        };
        policy.AddTo(command);
        foreach (var option in new Option[] { overlayBefore, exitCode, format, output })
            command.Add(option);
        command.Validators.Add(result =>
        {
            result.RefuseEmpty(before);
            result.RefuseEmpty(after);
            var given = result.Given(before).Concat(result.Given(after)).ToList();
            policy.Files.RefuseTwice(result, [.. given, .. result.Given(overlayBefore)]);
            result.RefuseOverwriting(output, [.. policy.Files.Given(result), .. given, .. result.Given(overlayBefore)]);
            if (result.GetResult(policy.Files.Policy) is null)
            {
                if (given.Count < 2)
                    result.AddError($"{(given.Count == 0 ? "BEFORE and AFTER are" : "AFTER is")} missing: give two policies, or --policy with --overlay.");
            }
            else if (given.Count > 0)
            {
                result.AddError("Give the policies as BEFORE and AFTER or with --policy, not both.");
            }
            else if (!result.Given(policy.Files.Overlay).Concat(result.Given(overlayBefore)).Any())
            {
                result.AddError("--overlay is missing: --policy alone has nothing to be compared with.");
            }
        });
        command.SetAction(result =>
        {
            var settings = new DiffSettings
            {
                Before = policy.Read(result, result.GetValue(before)) with { Overlays = [.. result.GetValue(overlayBefore) ?? []] },
                After = policy.Read(result, result.GetValue(after)),
                Json = result.GetValue(format) == OutputFormat.Json,
                ExitCode = result.GetValue(exitCode),
                OutputFile = result.GetValue(output),
            };
            return Interruptible.RunAsync(cancellation => DiffSession.RunAsync(settings, cancellation));
        });
        return command;
    }
}
