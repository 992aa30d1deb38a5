using System.Globalization;

namespace SecureStreams.Transports.Http;

/// <summary>How far an HTTP/2 peer may send ahead of a reader that rests. The platform widens the window of a stream by itself; where it ends is a matter of the whole process.</summary>
internal static class HttpWindow
{
    /// <summary>The setting of the process (<see cref="AppContext"/>, <c>runtimeconfig.json</c>) that states the widest window, in bytes.</summary>
    public const string SettingName = "SecureStreams.Http2.MaxStreamWindowBytes";

    /// <summary>The only place where the platform looks. An operator who set it is obeyed.</summary>
    public const string PlatformVariable = "DOTNET_SYSTEM_NET_HTTP_SOCKETSHTTPHANDLER_FLOWCONTROL_MAXSTREAMWINDOWSIZE";

    /// <summary>The widest where nobody says anything: enough for 20 MB/s over a round trip of 100 ms.</summary>
    public const int DefaultBytes = 2 * 1024 * 1024;

    /// <summary>What every stream begins with; the platform goes no lower.</summary>
    public const int SmallestBytes = 65_535;

    // A setting that is wrong is refused each time, not only the first.
    private static readonly Lazy<bool> Applied = new(ApplyOnce);

    /// <summary>Sets the bound, once in a process.</summary>
    /// <remarks>
    /// The platform reads its variable when the process makes its first handler, so a process that has made one keeps what it had. The variable is taken back at once: programs that this one
    /// starts are none of our business.
    /// </remarks>
    /// <exception cref="InvalidOperationException"><see cref="SettingName"/> is no such number.</exception>
    public static void Apply() => _ = Applied.Value;

    /// <summary>The bound to set; null where the platform's own variable says it already.</summary>
    /// <param name="variable">The platform's variable.</param>
    /// <param name="setting">The setting of the process: text from a file, or a number set by code.</param>
    /// <exception cref="InvalidOperationException">The setting is no number, or too small.</exception>
    public static int? Choose(string? variable, object? setting)
    {
        if (!string.IsNullOrEmpty(variable))
            return null;
        if (setting is null)
            return DefaultBytes;
        var text = Convert.ToString(setting, CultureInfo.InvariantCulture);
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes >= SmallestBytes)
            return bytes;
        throw new InvalidOperationException(string.Create(
            CultureInfo.InvariantCulture, $"The setting {SettingName} is '{text}'; it is a number of bytes from {SmallestBytes} to {int.MaxValue}."));
    }

    private static bool ApplyOnce()
    {
        if (Choose(Environment.GetEnvironmentVariable(PlatformVariable), AppContext.GetData(SettingName)) is not { } bytes)
            return false;
        Environment.SetEnvironmentVariable(PlatformVariable, bytes.ToString(CultureInfo.InvariantCulture));
        try
        {
            new SocketsHttpHandler().Dispose();
        }
        finally
        {
            Environment.SetEnvironmentVariable(PlatformVariable, null);
        }

        return true;
    }
}
