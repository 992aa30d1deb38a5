using System.CommandLine;
using SecureStreams.Tool.Signing;

namespace SecureStreams.Tool.Commands;

/// <summary><c>sstreams policy verify</c>: whether a device would take a signed policy.</summary>
internal static class PolicyVerifyCommand
{
    public static Command Create()
    {
        var policy = new PolicyOptions();
        policy.Files.Policy.Description = "The policy that the program on the device brings, whose policy_keys count.";
        policy.Files.Policy.Required = true;
        var file = new Argument<string>("FILE") { Description = "The policy that is, or will be, published." };
        var signatures = new Option<string?>("--signatures") { Description = "Its signatures: FILE.jws when it is not given.", HelpName = "FILE" }.RefuseEmpty();
        var command = new DetailedCommand("verify", "Tells whether a policy is signed by enough of the keys of another.", """
            Judged as a context does that was made of --policy; the document itself is judged by sstreams policy check.

            Exit status: 0 it is; 1 it is not, and why goes to standard error; 2 a file cannot be used.

            Example:
              sstreams policy verify --policy built-in.json policy.json
            """)
        {
            file, signatures,
        };
        policy.AddTo(command);
        command.Validators.Add(result =>
        {
            result.RefuseEmpty(file);
            policy.Files.RefuseTwice(result, [.. result.Given(file), .. result.Given(signatures)]);
        });
        command.SetAction(result =>
        {
            var settings = new VerifySettings
            {
                BuiltIn = policy.Read(result),
                Policy = result.GetRequiredValue(file),
                Signatures = result.GetValue(signatures) ?? result.GetRequiredValue(file) + SignSession.Extension,
            };
            return Interruptible.RunAsync(cancellation => SignSession.VerifyAsync(settings, cancellation));
        });
        return command;
    }
}
