using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.TestSupport.Approval;

/// <summary>
/// Compares what the code says with a committed text, whole: generated documentation, expected diagnostics, the public API. After a wanted change run the tests
/// with <c>UPDATE_APPROVED=1</c> and read the difference before committing it.
/// </summary>
public static class Approved
{
    /// <summary>Set to 1 to write what the code says now.</summary>
    public const string UpdateSwitch = "UPDATE_APPROVED";

    private static bool Updating => Environment.GetEnvironmentVariable(UpdateSwitch) == "1";

    /// <summary>A whole file. A difference leaves <c>*.received.*</c> beside it and fails.</summary>
    /// <param name="text">What the code says.</param>
    /// <param name="file">The committed file; relative paths start at the repository's root.</param>
    public static void File(string text, string file)
    {
        ArgumentNullException.ThrowIfNull(text);
        var verified = RepoPaths.Combine(file);
        var received = file.Contains(".verified.", StringComparison.Ordinal)
            ? verified.Replace(".verified.", ".received.", StringComparison.Ordinal)
            : Path.ChangeExtension(verified, ".received" + Path.GetExtension(verified));
        if (Updating)
            System.IO.File.WriteAllText(verified, text);

        var expected = System.IO.File.Exists(verified) ? System.IO.File.ReadAllText(verified) : "";
        if (expected == text)
        {
            System.IO.File.Delete(received);
            return;
        }

        System.IO.File.WriteAllText(received, text);
        Fail(file, expected, text);
    }

    /// <summary>The part of a file between <c>&lt;!-- begin NAME --&gt;</c> and <c>&lt;!-- end NAME --&gt;</c>.</summary>
    /// <param name="text">What the code says.</param>
    /// <param name="file">The committed file, from the repository's root.</param>
    /// <param name="section">The section's name.</param>
    public static void Section(string text, string file, string section)
    {
        ArgumentNullException.ThrowIfNull(text);
        var path = RepoPaths.Combine(file);
        var all = System.IO.File.ReadAllText(path);
        var (begin, end) = ($"<!-- begin {section} -->\n", $"<!-- end {section} -->");
        var from = all.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        var to = all.IndexOf(end, StringComparison.Ordinal);
        if (from < begin.Length || to < from)
            throw new CheckFailedException($"{file} has no section {section}: it needs the lines '{begin.TrimEnd()}' and '{end}'.");

        if (Updating)
            System.IO.File.WriteAllText(path, all[..from] + text + all[to..]);
        else if (all[from..to] != text)
            Fail($"{file}, section {section},", all[from..to], text);
    }

    private static void Fail(string what, string expected, string text) => throw new CheckFailedException($"""
        {what} differs from what the code says ({UpdateSwitch}=1 accepts it).
        --- expected
        {expected}
        --- received
        {text}
        """);
}
