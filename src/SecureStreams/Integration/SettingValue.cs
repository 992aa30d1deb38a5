using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace SecureStreams.Integration;

/// <summary>Single values of a settings file. What cannot be understood is told by the path of its key, and all of it at once.</summary>
internal static class SettingValue
{
    public static string? Text(IConfigurationSection member, List<string> misread)
    {
        if (member.GetChildren().Any())
            misread.Add($"{member.Path} is not a single value.");
        return member.Value;
    }

    public static bool Flag(IConfigurationSection member, List<string> misread)
    {
        if (!bool.TryParse(Text(member, misread), out var flag))
            misread.Add($"{member.Path} is neither true nor false.");
        return flag;
    }

    /// <summary>A time; null when it is none or out of range. All three numbers are wanted: one alone would be days, and two, hours and minutes, are often meant as minutes and seconds.</summary>
    public static TimeSpan? Duration(IConfigurationSection member, TimeSpan least, TimeSpan most, List<string> misread)
    {
        var text = Text(member, misread);
        if (text is null || text.Count(static one => one == ':') != 2 || !TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var time))
            misread.Add($"{member.Path} is no time: write hours, minutes and seconds, as 00:00:10, and days before them, as 1.00:00:00.");
        else if (time < least || time > most)
            misread.Add(string.Create(CultureInfo.InvariantCulture, $"{member.Path} is {time:c}; it can be {least:c} to {most:c}."));
        else
            return time;
        return null;
    }

    /// <summary>A whole number; null when it is none or out of range.</summary>
    public static int? Number(IConfigurationSection member, int least, int most, List<string> misread)
    {
        if (int.TryParse(Text(member, misread), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        misread.Add(string.Create(CultureInfo.InvariantCulture, $"{member.Path} is no whole number from {least} to {most}."));
        return null;
    }
}
