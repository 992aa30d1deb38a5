using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using SecureStreams.Interop.Tests.Peers;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>Answers of an OCSP responder (RFC 6960), made by <c>openssl ocsp</c> from a list of certificates.</summary>
internal static class OcspAnswer
{
    public const string Good = "V";
    public const string Revoked = "R";
    public const string Unknown = "";

    private const string Time = "yyMMddHHmmssZ";

    /// <summary>Makes one, as DER, good for a day.</summary>
    /// <param name="issuer">Who issued <paramref name="about"/>, with its key.</param>
    /// <param name="about">What it speaks of.</param>
    /// <param name="status">What it says: one of the constants.</param>
    /// <param name="speaker">Who signs it, with its key; null for the issuer.</param>
    public static async Task<byte[]> MakeAsync(X509Certificate2 issuer, X509Certificate2 about, string status, X509Certificate2? speaker = null)
    {
        var program = Peer.Find("openssl") ?? throw Peer.Absent("openssl", "openssl");
        var directory = Directory.CreateTempSubdirectory("ss-ocsp-");
        try
        {
            speaker ??= issuer;
            await WriteAsync("issuer.pem", issuer.ExportCertificatePem());
            await WriteAsync("speaker.pem", speaker.ExportCertificatePem());
            await WriteAsync("speaker.key", speaker.GetECDsaPrivateKey()?.ExportPkcs8PrivateKeyPem() ?? speaker.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());

            // The list of an openssl authority: status, end, when revoked, serial, file, subject. Who is not in it is unknown.
            var end = about.NotAfter.ToUniversalTime().ToString(Time, CultureInfo.InvariantCulture);
            var since = status == Revoked ? about.NotBefore.ToUniversalTime().ToString(Time, CultureInfo.InvariantCulture) : "";
            await WriteAsync("index.txt", status == Unknown ? "" : $"{status}\t{end}\t{since}\t{about.SerialNumber}\tunknown\t/CN=x\n");
            string[] arguments =
            [
                "ocsp", "-index", "index.txt", "-CA", "issuer.pem", "-rsigner", "speaker.pem", "-rkey", "speaker.key", "-ndays", "1",
                "-issuer", "issuer.pem", "-serial", $"0x{about.SerialNumber}", "-no_nonce", "-respout", "answer.der",
            ];
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = directory.FullName, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync()).OrFail(() => "openssl ocsp does not end.");
            await process.WaitForExitAsync();
            if (process.ExitCode != 0)
                throw new CheckFailedException($"openssl ocsp failed: {string.Concat(said)}");
            return await File.ReadAllBytesAsync(Path.Combine(directory.FullName, "answer.der"));
        }
        finally
        {
            directory.Delete(recursive: true);
        }

        Task WriteAsync(string name, string text) => File.WriteAllTextAsync(Path.Combine(directory.FullName, name), text);
    }
}
