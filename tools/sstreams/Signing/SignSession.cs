using System.Security.Cryptography;
using System.Text;

namespace SecureStreams.Tool.Signing;

/// <summary>One run of <c>sstreams policy sign</c> or <c>verify</c>.</summary>
internal static class SignSession
{
    /// <summary>What the name of a file of signatures has behind that of the policy.</summary>
    public const string Extension = ".jws";

    private const int LargestKeyBytes = 64 * 1024;

    public static async Task<int> SignAsync(SignSettings settings, CancellationToken cancellation)
    {
        var policy = await ReadAsync(settings.Policy, SsContextExtensions.LargestPolicyBytes, cancellation);
        using var key = await ReadKeyAsync(settings.Key, cancellation);
        var existing = settings.Append && File.Exists(settings.Output) ? await ReadAsync(settings.Output, SsPolicySignatures.LargestBytes, cancellation) : default;
        byte[] signatures;
        try
        {
            signatures = SsPolicySignatures.Sign(policy.Span, key, settings.Name, existing);
        }
        catch (CryptographicException error)
        {
            throw new UnusableInputException($"{settings.Key}: cannot sign: {error.Message}");
        }
        catch (FormatException error)
        {
            throw new UnusableInputException($"{settings.Output}: {error.Message}");
        }

        if (signatures.Length > SsPolicySignatures.LargestBytes)
            throw new UnusableInputException($"{settings.Output}: would have {signatures.Length} bytes, and devices take {SsPolicySignatures.LargestBytes}: begin anew, without --append");
        await OutputFile.WriteAsync(settings.Output, signatures, cancellation);
        var line = JsonText.BuildPlain(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString(settings.Name, Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()));
            writer.WriteEndObject();
        });
        await CommandOutput.WriteAsync(null, line, cancellation);
        return ExitCode.Success;
    }

    public static async Task<int> VerifyAsync(VerifySettings settings, CancellationToken cancellation)
    {
        var errors = LineWriter.Error();
        if (await PolicySource.LoadOrReportAsync(settings.BuiltIn, errors, tellWarnings: false) is not { } builtIn)
            return ExitCode.Usage;
        var policy = await ReadAsync(settings.Policy, SsContextExtensions.LargestPolicyBytes, cancellation);
        var signatures = await ReadAsync(settings.Signatures, SsPolicySignatures.LargestBytes, cancellation);
        try
        {
            if (SsPolicySignatures.Verify(policy, signatures, builtIn) is not { } why)
                return ExitCode.Success;
            errors.Problem($"{settings.Policy}: would be refused: {why}");
            return ExitCode.Failed;
        }
        catch (ArgumentException)
        {
            throw new UnusableInputException($"{settings.BuiltIn.Name}: states no policy_keys, so that nothing need be signed");
        }
    }

    private static async Task<ECDsa> ReadKeyAsync(string path, CancellationToken cancellation)
    {
        var text = Encoding.UTF8.GetString((await ReadAsync(path, LargestKeyBytes, cancellation)).Span);
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(text);
            return key;
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            // Nothing of the text is told: it may be the key.
            key.Dispose();
            throw new UnusableInputException($"{path}: is no unencrypted private key in PEM of ECDSA on P-256; make one with openssl ecparam -name prime256v1 -genkey -noout");
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(string path, int most, CancellationToken cancellation)
    {
        try
        {
            return await InputFile.ReadAsync(path, most, cancellation);
        }
        catch (InputTooLargeException)
        {
            throw new UnusableInputException($"{path}: has more than {most} bytes");
        }
    }
}
