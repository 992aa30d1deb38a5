using System.CommandLine;
using SecureStreams.Tool.Signing;

namespace SecureStreams.Tool.Commands;

/// <summary><c>sstreams policy sign</c>: signs a policy that is to be published.</summary>
internal static class PolicySignCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "The policy that will be published. Its bytes are signed as they are." };
        var key = new Option<string>("--key") { Description = "The private key: PEM, ECDSA on P-256.", HelpName = "FILE", Required = true }.RefuseEmpty();
        var name = new Option<string>("--name") { Description = "What policy_keys calls the key.", HelpName = "NAME", Required = true };
        name.Validators.Add(static result =>
        {
            if (result.Tokens.Any(static token => token.Value.Length == 0))
                result.AddError("--name is empty.");
        });
        var append = new Option<bool>("--append") { Description = "Keep the signatures that are there already." };
        var output = new Option<string?>("--output") { Description = "Where the signatures go, whole or not at all: FILE.jws when it is not given.", HelpName = "FILE" }.RefuseEmpty();
        var command = new DetailedCommand("sign", "Signs a policy for devices that fetch it, and tells what policy_keys needs.", """
            The signatures are a JWS (RFC 7515, general JSON form, ES256), detached, over the exact bytes of the file (RFC 7797). They are
            published beside it, where the streamtype fetch_policy_signature leads; docs/remote-policy.md says how.

            The public key, as policy_keys takes it, goes to standard output.

            Exit status: 0; 1 the signatures cannot be written; 2 the policy or the key cannot be used.

            Examples:
              openssl ecparam -name prime256v1 -genkey -noout -out ops-a.pem
              sstreams policy sign --key ops-a.pem --name ops-a policy.json
              sstreams policy sign --key ops-b.pem --name ops-b --append policy.json
            """)
        {
            file, key, name, append, output,
        };
        command.Validators.Add(result =>
        {
            result.RefuseEmpty(file);
            result.RefuseOverwriting(output, [.. result.Given(file), .. result.Given(key)]);
            if (result.Given(output).Contains(CommandOutput.Standard))
                result.AddError("--output: the signatures go to a file, since standard output has the key: give its name, not -.");
            if (result.Given(file).Contains(InputFile.StandardInput))
                result.AddError("FILE is signed as it will be published: give its name, not -.");
        });
        command.SetAction(result =>
        {
            var settings = new SignSettings
            {
                Policy = result.GetRequiredValue(file),
                Key = result.GetRequiredValue(key),
                Name = result.GetRequiredValue(name),
                Append = result.GetValue(append),
                Output = result.GetValue(output) ?? result.GetRequiredValue(file) + SignSession.Extension,
            };
            return Interruptible.RunAsync(cancellation => SignSession.SignAsync(settings, cancellation));
        });
        return command;
    }
}
