using Xunit;

namespace SecureStreams.Policy.Tests;

/// <summary>Compares a text with a committed file, whole. A difference leaves <c>*.received.*</c> beside it and fails.</summary>
internal static class Snapshot
{
    /// <summary>Set to 1 to accept what the code says now; then read the difference before committing it.</summary>
    public const string AcceptSwitch = "SECURESTREAMS_ACCEPT";

    public static void Matches(string text, string verifiedFile)
    {
        var receivedFile = verifiedFile.Contains(".verified.", StringComparison.Ordinal)
            ? verifiedFile.Replace(".verified.", ".received.", StringComparison.Ordinal)
            : Path.ChangeExtension(verifiedFile, ".received" + Path.GetExtension(verifiedFile));
        if (Environment.GetEnvironmentVariable(AcceptSwitch) == "1")
            File.WriteAllText(verifiedFile, text);

        var expected = File.Exists(verifiedFile) ? File.ReadAllText(verifiedFile) : "";
        if (expected == text)
        {
            File.Delete(receivedFile);
            return;
        }

        File.WriteAllText(receivedFile, text);
        Assert.Fail($"""
            {verifiedFile} differs from what the code says ({Path.GetFileName(receivedFile)} has it; {AcceptSwitch}=1 accepts it).
            --- expected
            {expected}
            --- received
            {text}
            """);
    }
}
