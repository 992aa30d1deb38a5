using SecureStreams.Transports.Http;

namespace SecureStreams.Tests.Transports.Http;

/// <summary>Whose word counts for the widest HTTP/2 window. What comes of it is measured with much payload, in processes of its own (Interop.Tests, Bulk).</summary>
public sealed class HttpWindowTests
{
    [Fact]
    public void Ours_counts_where_nobody_says_anything() => Assert.Equal(HttpWindow.DefaultBytes, HttpWindow.Choose(null, null));

    [Theory]
    [InlineData("65535")]
    [InlineData("4194304")]
    [InlineData(65535)]
    [InlineData(16_777_216L)]
    public void The_setting_of_the_process_counts_more(object setting) =>
        Assert.Equal(Convert.ToInt32(setting, System.Globalization.CultureInfo.InvariantCulture), HttpWindow.Choose("", setting));

    [Theory]
    [InlineData(null)]
    [InlineData("4194304")]
    [InlineData("wrong")]
    public void The_variable_of_the_platform_counts_most(string? setting) => Assert.Null(HttpWindow.Choose("1048576", setting));

    [Theory]
    [InlineData("65534")]
    [InlineData("-1")]
    [InlineData("")]
    [InlineData("2 MiB")]
    [InlineData("2147483648")]
    [InlineData(1.5)]
    [InlineData(true)]
    public void A_setting_that_is_no_such_number_is_refused_with_its_name(object setting)
    {
        var error = Assert.Throws<InvalidOperationException>(() => HttpWindow.Choose(null, setting));
        var text = Convert.ToString(setting, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal($"The setting SecureStreams.Http2.MaxStreamWindowBytes is '{text}'; it is a number of bytes from 65535 to 2147483647.", error.Message);
    }

    [Fact]
    public void Nothing_is_left_behind_for_the_programs_that_this_one_starts()
    {
        var before = Environment.GetEnvironmentVariable(HttpWindow.PlatformVariable);
        HttpWindow.Apply();
        Assert.Equal(before, Environment.GetEnvironmentVariable(HttpWindow.PlatformVariable));
    }
}
