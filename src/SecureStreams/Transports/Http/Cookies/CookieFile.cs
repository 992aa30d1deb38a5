using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SecureStreams.Transports.Http.Cookies;

/// <summary>
/// The cookies that outlast a context, in a file for its owner alone: a line each, fields between tabs. It is written beside the old one, down to the disk, and then takes
/// its place, so that after a crash one of both is there, whole.
/// </summary>
internal static class CookieFile
{
    /// <summary>Its name in the folder of state.</summary>
    public const string Name = "cookies";

    /// <summary>With what the names of files begin that are to take its place.</summary>
    public const string Unfinished = Name + ".new-";

    private const string Magic = "SSCOOKIES1";
    private const int Fields = 7;
    private const long LargestBytes = 64 << 20;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Reads the file; nothing where there is none.</summary>
    /// <exception cref="IOException">It cannot be read, or must not be trusted.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be read.</exception>
    public static IReadOnlyList<Cookie> Read(string path)
    {
        if (new FileInfo(path).LinkTarget is not null)
            throw new IOException($"'{path}' is a symbolic link, which is not followed.");
        if (!File.Exists(path))
            return [];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & Others) != 0)
            throw new IOException($"'{path}' is open to others than its owner; run: chmod 600 '{path}'");
        if (file.Length > LargestBytes)
            throw new IOException($"'{path}' has {file.Length} bytes, which no file of cookies has.");
        using var reader = new StreamReader(file, Encoding.UTF8);
        if (reader.ReadLine() != Magic)
            throw new IOException($"'{path}' is no file of cookies.");
        var cookies = new List<Cookie>();
        while (reader.ReadLine() is { } line)
            cookies.Add(Parse(line) ?? throw new IOException($"'{path}' has a line that is no cookie (line {cookies.Count + 2})."));
        return cookies;
    }

    /// <summary>Replaces the file.</summary>
    /// <exception cref="IOException">It cannot be written; the old one stands.</exception>
    /// <exception cref="UnauthorizedAccessException">As before.</exception>
    public static void Write(string path, IEnumerable<Cookie> cookies)
    {
        var unfinished = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(path)!, Unfinished + RandomNumberGenerator.GetHexString(16, lowercase: true));
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (var file = new FileStream(unfinished, options))
            {
                using (var writer = new StreamWriter(file, leaveOpen: true))
                {
                    writer.Write(Magic + "\n");
                    foreach (var cookie in cookies)
                        writer.Write(Format(cookie) + "\n");
                }

                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            UnfinishedFiles.TryDelete(unfinished); // Of what is left then the next start rids the folder.
            throw;
        }
    }

    private static string Format(Cookie cookie) => string.Join(
        '\t',
        Uri.EscapeDataString(cookie.Domain),
        cookie.HostOnly ? "host" : "domain",
        Uri.EscapeDataString(cookie.Path),
        cookie.Secure ? "secure" : "any",
        cookie.Expires!.Value.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
        Uri.EscapeDataString(cookie.Name),
        Uri.EscapeDataString(cookie.Value));

    private static Cookie? Parse(string line)
    {
        var fields = line.Split('\t');
        if (fields.Length != Fields || !TryTime(fields[4], out var expires) || fields[1] is not ("host" or "domain") || fields[3] is not ("secure" or "any"))
            return null;
        return new Cookie(Uri.UnescapeDataString(fields[5]), Uri.UnescapeDataString(fields[6]))
        {
            Domain = Uri.UnescapeDataString(fields[0]),
            HostOnly = fields[1] == "host",
            Path = Uri.UnescapeDataString(fields[2]),
            Secure = fields[3] == "secure",
            Expires = expires,
        };
    }

    private static bool TryTime(string text, out DateTimeOffset time)
    {
        time = default;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds) ||
            milliseconds < DateTimeOffset.MinValue.ToUnixTimeMilliseconds() || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
            return false;
        time = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        return true;
    }
}
